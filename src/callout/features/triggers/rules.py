"""Use cases of trigger rules: write, switch, copy, start from a template."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations.neighbours import service_terms
from callout.features.triggers import store, templates
from callout.features.triggers.errors import RuleNotFound
from callout.features.triggers.events import RuleUpdated
from callout.features.triggers.model import (
    STANDARD_THRESHOLD,
    Rule,
    RuleType,
    default_threshold,
)
from callout.features.triggers.tables import TriggerRule
from callout.features.vendors.known import check_vendors
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.writes import IfMatch

_NESTED = ("conditions", "actions", "vendor_selection_criteria", "examples")
_PLAIN = (
    "name",
    "type",
    "description",
    "instructions",
    "services",
    "keywords",
    "alternative_phrases",
    "negative_keywords",
    "is_active",
    "llm_only",
)


def rule_of(row: TriggerRule) -> Rule:
    """The rule as it is evaluated."""
    return msgspec.convert(
        {
            "id": row.id,
            "version": row.version,
            "created_at": row.created_at,
            "confidence_threshold": row.confidence_threshold,
            **{name: getattr(row, name) for name in ("name", "type", "instructions", "services", "keywords")},
            **{name: getattr(row, name) for name in ("alternative_phrases", "negative_keywords", "llm_only")},
            **{name: getattr(row, name) for name in _NESTED},
        },
        Rule,
        strict=False,
    )


async def create(
    work: Work, values: Mapping[str, Any], *, origin: str = "manual", **origin_members: Any
) -> TriggerRule:
    """Makes a rule.

    Args:
        work: the transaction.
        values: members of the rule as sent; absent ones take the defaults of the type.
        origin: manual, template or ai.
        origin_members: template_code, quality_score, optimization_notes.

    Raises:
        Unprocessable: neither a keyword nor a phrase, or an unknown service.
    """
    row = TriggerRule(
        tenant_id=work.tenant_id,
        keywords=[],
        alternative_phrases=[],
        negative_keywords=[],
        is_active=True,
        llm_only=False,
        origin=origin,
        optimization_notes=[],
        conditions={},
        actions={},
        vendor_selection_criteria={},
        examples={},
        **origin_members,
    )
    row.confidence_threshold = await threshold_of(work, str(values["type"]))
    await _assign(work, row, values)
    row.actions = {**msgspec.to_builtins(templates.default_actions(cast("RuleType", values["type"]))), **row.actions}
    work.session.add(row)
    await work.session.flush()
    await _told(work, row, "created")
    await audit(work, "trigger_rule.create", "trigger_rule", row.id, after={"name": row.name})
    return row


async def update(work: Work, rule_id: UUID, values: Mapping[str, Any], if_match: IfMatch) -> TriggerRule:
    """Changes the members sent; past evaluations and events keep the rule as it was."""
    row = await store.rule(work, rule_id)
    if_match.check(row.version)
    before = {name: getattr(row, name) for name in values if hasattr(row, name)}
    await _assign(work, row, values)
    await work.session.flush()
    await _told(work, row, "updated")
    after = {name: getattr(row, name) for name in before}
    await audit(work, "trigger_rule.update", "trigger_rule", row.id, before=_plain(before), after=_plain(after))
    return row


async def toggle(work: Work, rule_id: UUID, *, is_active: bool) -> TriggerRule:
    """Switches a rule on or off."""
    row = await store.rule(work, rule_id)
    if row.is_active != is_active:
        row.is_active = is_active
        await work.session.flush()
        await _told(work, row, "activated" if is_active else "deactivated")
        await audit(work, "trigger_rule.toggle", "trigger_rule", row.id, after={"is_active": is_active})
    return row


async def duplicate(work: Work, rule_id: UUID, name: str | None) -> TriggerRule:
    """Copies a rule; the copy is off until somebody switches it on."""
    source = await store.rule(work, rule_id)
    values = {member: getattr(source, member) for member in (*_PLAIN, *_NESTED)}
    values |= {"name": name or f"{source.name[:112]} (copy)", "is_active": False}
    values["confidence_threshold"] = source.confidence_threshold
    return await create(work, values, origin=source.origin, template_code=source.template_code)


async def from_template(work: Work, code: str, overrides: Mapping[str, Any]) -> TriggerRule:
    """Makes a rule from a template.

    Raises:
        RuleNotFound: no such template.
    """
    template = templates.find(code)
    if template is None:
        raise RuleNotFound(f"There is no template {code}.")
    values = rule_values(template.rule)
    known = {term.code for term in await service_terms(work)}
    if values["services"]:
        values["services"] = [service for service in values["services"] if service in known] or None
    for name, value in overrides.items():
        values[name] = {**values.get(name, {}), **value} if name in _NESTED and isinstance(value, dict) else value
    return await create(work, values, origin="template", template_code=code)


async def delete(work: Work, rule_id: UUID, if_match: IfMatch) -> None:
    """Takes a rule away; its history stays."""
    row = await store.rule(work, rule_id)
    if_match.check(row.version)
    row.deleted_at = work.now
    row.is_active = False
    await work.session.flush()
    await _told(work, row, "deleted")
    await audit(work, "trigger_rule.delete", "trigger_rule", row.id, before={"name": row.name})


def rule_values(rule: Rule) -> dict[str, Any]:
    """The members of a rule as `create` takes them."""
    plain = rule.snapshot()
    kept = {name: plain[name] for name in (*_PLAIN, *_NESTED) if name in plain}
    return {**kept, "confidence_threshold": rule.confidence_threshold}


async def _assign(work: Work, row: TriggerRule, values: Mapping[str, Any]) -> None:
    await _check_vendors(work, values.get("vendor_selection_criteria") or {})
    for name in _PLAIN:
        if name in values:
            setattr(row, name, values[name])
    for name in _NESTED:
        if name in values:
            setattr(row, name, {**getattr(row, name), **values[name]} if values[name] is not None else {})
    if values.get("confidence_threshold") is not None:
        row.confidence_threshold = Decimal(str(values["confidence_threshold"]))
    elif "confidence_threshold" in values:
        row.confidence_threshold = await threshold_of(work, row.type)
    if not (row.keywords or row.alternative_phrases or row.llm_only):
        raise Unprocessable.at("keywords", "give at least one keyword or phrase, or set llm_only")
    if row.services:
        known = {term.code for term in await service_terms(work)}
        if unknown := [service for service in row.services if service not in known]:
            raise Unprocessable.at("services", f"not in the catalogue: {', '.join(unknown)}", code="unknown_service")


async def _check_vendors(work: Work, criteria: Mapping[str, Any]) -> None:
    for name in ("preferred_vendor_ids", "excluded_vendor_ids"):
        await check_vendors(work, map(UUID, map(str, criteria.get(name) or ())), f"vendor_selection_criteria.{name}")


async def threshold_of(work: Work, rule_type: str) -> Decimal:
    """The confidence from which a rule of this type fires in this business unless it says otherwise."""
    standard = (await tenant_settings(work))["triggers.default_threshold"]
    return default_threshold(rule_type, Decimal(str(standard or STANDARD_THRESHOLD)))


async def _told(work: Work, row: TriggerRule, change: str) -> None:
    await work.publish(RuleUpdated(noun_id=row.id, name=row.name, change=change, is_active=row.is_active))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
