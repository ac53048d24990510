"""The tenant's policies: reading them, adding a version, putting one in force."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import func, select, update

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import lock_tenant
from callout.features.dispatch.errors import NotSimulated
from callout.features.dispatch.events import PolicyActivated
from callout.features.dispatch.policy import DEFAULT_POLICY, Knobs, Policy, fingerprint, parse_policy
from callout.features.dispatch.simulation.schemas import summary
from callout.features.dispatch.simulation.store import newest_completed
from callout.features.dispatch.tables import DispatchPolicy
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable

_CACHE = "dispatch_policy"


async def active_policy(work: Work) -> Policy:
    """The policy in force, read once per unit of work; the built-in version 0 until an owner activates one."""
    cached: Policy | None = work.session.info.get(_CACHE)
    if cached is None:
        row = await active_row(work)
        cached = work.session.info[_CACHE] = of_row(row) if row else DEFAULT_POLICY
    return cached


async def policy_version(work: Work, number: int) -> Policy:
    """One version; 0 is the built-in one.

    Raises:
        NotFound: there is no such version.
    """
    return DEFAULT_POLICY if number == 0 else of_row(await row_of(work, number))


async def add_policy(
    work: Work, name: str, weights: Mapping[str, Any], knobs: Mapping[str, Any] | None, note: str | None
) -> DispatchPolicy:
    """Stores a checked draft under the next version number; it counts as simulated when the same weights were."""
    await lock_tenant(work)
    policy = parse_policy(0, weights, knobs)
    highest = select(func.max(DispatchPolicy.number)).where(DispatchPolicy.tenant_id == work.tenant_id)
    row = DispatchPolicy(
        number=((await work.session.execute(highest)).scalar_one() or 0) + 1,
        name=name,
        note=note,
        weights=policy.weights,
        knobs=msgspec.to_builtins(policy.knobs),
        status="draft",
    )
    simulated = await newest_completed(work, fingerprint(policy.weights, policy.knobs))
    row.simulation = summary(simulated) if simulated else None
    work.session.add(row)
    await work.session.flush()
    return row


async def activate_policy(work: Work, number: int, *, note: str | None, force: bool) -> DispatchPolicy:
    """Puts a version in force and retires the one before; repeating it changes nothing.

    Raises:
        NotSimulated: the version was never simulated and `force` is off.
        Unprocessable: forced without a note.
    """
    await lock_tenant(work)
    row = await row_of(work, number)
    if row.status == "active":
        return row
    if row.simulation is None:
        if not force:
            raise NotSimulated
        if not note:
            raise Unprocessable.at("note", "say why this version goes into force without a simulation")
    await work.session.execute(
        update(DispatchPolicy)
        .where(DispatchPolicy.tenant_id == work.tenant_id, DispatchPolicy.status == "active")
        .values(status="retired", version=DispatchPolicy.version + 1, updated_at=work.now)
        .execution_options(synchronize_session="fetch")
    )
    row.status, row.activated_at, row.activated_by = "active", work.now, work.principal.actor_id
    row.note = note or row.note
    await work.session.flush()
    work.session.info.pop(_CACHE, None)
    await audit(work, "policy.activate", "dispatch_policy", row.id, after={"version": number}, reason=note)
    await work.publish(PolicyActivated(noun_id=row.id, policy_version=number, name=row.name))
    return row


async def policies(work: Work) -> list[DispatchPolicy]:
    """All versions, newest first."""
    query = select(DispatchPolicy).where(DispatchPolicy.tenant_id == work.tenant_id)
    return list((await work.session.execute(query.order_by(DispatchPolicy.number.desc()))).scalars())


async def active_row(work: Work) -> DispatchPolicy | None:
    """The row of the version in force; None while the built-in policy is."""
    query = select(DispatchPolicy).where(DispatchPolicy.tenant_id == work.tenant_id, DispatchPolicy.status == "active")
    return (await work.session.execute(query)).scalar_one_or_none()


async def row_of(work: Work, number: int) -> DispatchPolicy:
    """The row of a version.

    Raises:
        NotFound: there is no such version.
    """
    query = select(DispatchPolicy).where(DispatchPolicy.tenant_id == work.tenant_id, DispatchPolicy.number == number)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such policy version.")
    return row


def of_row(row: DispatchPolicy) -> Policy:
    """A stored version as plain data."""
    return Policy(row.number, row.weights, msgspec.convert(row.knobs, Knobs))
