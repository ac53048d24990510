"""A tenant's settings: read once per unit of work, changed group by group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select

from callout.features.accounts.audit import audit
from callout.features.accounts.events import SettingsUpdated
from callout.features.accounts.settings_registry import BY_GROUP, BY_KEY, Group, TenantFacts
from callout.features.accounts.tables import Tenant, TenantSetting
from callout.features.accounts.tenant_store import lock_tenant, own_tenant
from callout.kit.db.work import Work
from callout.kit.errors import FieldError, Forbidden, NotFound, Unprocessable

_CACHE = "tenant_settings"


class TenantSettings:
    """The values in force: ``settings["dispatch.max_radius_km"]``."""

    def __init__(self, tenant: TenantFacts, changed: Mapping[str, Any], versions: Mapping[str, int]) -> None:
        self._tenant = tenant
        self._changed = changed
        self._versions = versions

    def __getitem__(self, key: str) -> Any:
        """The value of a key; KeyError for one the registry does not know."""
        setting = BY_KEY[key]
        value = self._changed.get(key)
        return setting.default_for(self._tenant) if value is None else value

    def group_version(self, group: str) -> int:
        """Grows with every change inside the group."""
        return 1 + sum(count for key, count in self._versions.items() if key.partition(".")[0] == group)

    def described(self, group: Group, *, may_edit: bool) -> dict[str, Any]:
        """One group as clients see it."""
        values = {
            setting.key: {
                "value": self[setting.key],
                "default": setting.default_for(self._tenant),
                "bounds": dict(setting.kind.bounds),
                "editable": may_edit,
            }
            for setting in group.settings
        }
        return {"group": group.name, "values": values}


class GroupChange(NamedTuple):
    """A change of one group, checked value by value."""

    group: Group
    values: dict[str, Any]


async def tenant_settings(work: Work) -> TenantSettings:
    """The settings of the tenant of this unit of work, read once."""
    cached: TenantSettings | None = work.session.info.get(_CACHE)
    if cached is None:
        cached = work.session.info[_CACHE] = await _read(work, await own_tenant(work))
    return cached


def find_group(name: str) -> Group:
    """A group by name.

    Raises:
        NotFound: there is no such group.
    """
    if name not in BY_GROUP:
        raise NotFound(f"There is no settings group {name}.")
    return BY_GROUP[name]


def may_edit(role: str, group: Group) -> bool:
    """Owners change every group, managers most."""
    return role == "owner" or (role == "manager" and group.is_managers)


def check_change(group: Group, given: Mapping[str, Any]) -> GroupChange:
    """Checks a change against the registry; null means the default again.

    Raises:
        Unprocessable: unknown keys (`unknown_field`) or values out of bounds, the bounds in the message.
    """
    known = {setting.key: setting for setting in group.settings}
    unknown = [FieldError(key, "no such setting in this group", "unknown_field") for key in given if key not in known]
    if unknown:
        raise Unprocessable(
            "; ".join(f"{row.field}: {row.message}" for row in unknown), errors=unknown, code="unknown_field"
        )
    values: dict[str, Any] = {}
    errors = []
    for key, value in given.items():
        try:
            values[key] = None if value is None else known[key].kind.clean(value)
        except ValueError as error:
            errors.append(FieldError(key, str(error), "out_of_bounds"))
    if errors:
        raise Unprocessable("; ".join(f"{row.field} {row.message}" for row in errors), errors=errors)
    return GroupChange(group, values)


async def change_settings(work: Work, change: GroupChange, check_version: Any) -> TenantSettings:
    """Stores a checked change.

    Args:
        work: the unit of work of a user.
        change: from `check_change`.
        check_version: called with the group's version once it cannot move any more; refuses a stale one.

    Raises:
        Forbidden: the group is not the role's to change.
        Unprocessable: the values contradict each other.
    """
    if not may_edit(work.principal.role, change.group):
        raise Forbidden("Only an owner may change this group of settings.")
    tenant = await lock_tenant(work)
    current = await _read(work, tenant)
    check_version(current.group_version(change.group.name))
    before = {key: current[key] for key in change.values}
    await _store(work, change)
    now = await _read(work, tenant)
    _check_together(now, change)
    work.session.info[_CACHE] = now
    after = {key: now[key] for key in change.values}
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        await audit(work, "settings.update", "settings", tenant.id, before=before, after=after)
        await work.publish(SettingsUpdated(noun_id=tenant.id, group=change.group.name, changed=changed))
    return now


async def _read(work: Work, tenant: Tenant) -> TenantSettings:
    query = select(TenantSetting.key, TenantSetting.value, TenantSetting.version).where(
        TenantSetting.tenant_id == work.tenant_id
    )
    rows = (await work.session.execute(query)).all()
    facts = TenantFacts(tenant.country, tenant.name, tenant.email)
    return TenantSettings(
        facts,
        {key: value for key, value, _ in rows if key in BY_KEY},
        {key: version for key, _, version in rows},
    )


async def _store(work: Work, change: GroupChange) -> None:
    query = select(TenantSetting).where(
        TenantSetting.tenant_id == work.tenant_id, TenantSetting.key.in_(list(change.values))
    )
    rows = {row.key: row for row in (await work.session.execute(query)).scalars()}
    for key, value in change.values.items():
        row = rows.get(key)
        if row is None:
            work.session.add(TenantSetting(key=key, value=value, updated_by=work.principal.actor_id))
        else:
            row.value = value
            row.updated_by = work.principal.actor_id
    await work.session.flush()


def _check_together(settings: TenantSettings, change: GroupChange) -> None:
    def refuse(key: str, message: str) -> None:
        raise Unprocessable.at(key, message)

    match change.group.name:
        case "dispatch" if settings["dispatch.default_radius_km"] > settings["dispatch.max_radius_km"]:
            refuse("dispatch.default_radius_km", "must not exceed dispatch.max_radius_km")
        case "scam" if settings["scam.end_call_threshold"] < settings["scam.threshold"]:
            refuse("scam.end_call_threshold", "must not be below scam.threshold")
        case "security" if settings["security.session_idle_d"] > settings["security.session_absolute_d"]:
            refuse("security.session_idle_d", "must not exceed security.session_absolute_d")
        case "compliance" if settings["compliance.consent_policy"] == "warn":
            if len(settings["compliance.consent_acknowledgement"] or "") < 20:
                refuse(
                    "compliance.consent_acknowledgement",
                    "write in at least 20 characters that you take responsibility for calling without recorded consent",
                )
