"""Asking for a simulation, and working it off a piece at a time."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import or_, select

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.dispatch.policies import active_policy, policy_version
from callout.features.dispatch.policy import Knobs, Policy, fingerprint, parse_policy
from callout.features.dispatch.simulation import store
from callout.features.dispatch.simulation.recorded import Tally, Trial, merged, tally
from callout.features.dispatch.simulation.report import of_tally, of_town
from callout.features.dispatch.simulation.schemas import summary
from callout.features.dispatch.simulation.store import Cursor
from callout.features.dispatch.tables import DispatchPolicy, PolicySimulation
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.principal import Principal

WORKFLOW: Final = "dispatch.simulate"
QUEUE: Final = "dispatch.simulate"
LONGEST: Final = timedelta(days=90)
AT_ONCE: Final = 50
"""Decisions of one step: about a second of work, after which others may have the worker."""


async def ask(
    work: Work,
    *,
    version: int | None,
    weights: Mapping[str, Any] | None,
    knobs: Mapping[str, Any] | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    seed: int,
) -> PolicySimulation:
    """Puts a simulation in the queue; it changes nothing but its own row, and the version it is about.

    Raises:
        Unprocessable: both or neither of version and weights, or a span that is empty or longer than 90 days.
        NotFound: no such version.
        WeightsSum, PolicyRefused: see `parse_policy`.
    """
    if (version is None) == (weights is None):
        raise Unprocessable.at("version", "give a version, or weights (and knobs)")
    policy = await policy_version(work, version) if version is not None else parse_policy(0, weights or {}, knobs)
    end = until or work.now
    start = since or end - LONGEST
    if not timedelta(0) < end - start <= LONGEST:
        raise Unprocessable.at("from", "must be before to, by 90 days at most")
    row = PolicySimulation(
        number=version,
        weights=policy.weights,
        knobs=msgspec.to_builtins(policy.knobs),
        fingerprint=fingerprint(policy.weights, policy.knobs),
        from_at=start,
        to_at=end,
        max_decisions=limit,
        seed=seed,
    )
    work.session.add(row)
    await work.session.flush()
    await work.enqueue(WORKFLOW, str(row.id), key=f"{WORKFLOW}-{row.id}", queue=QUEUE)
    return row


class Steps:
    """The steps of one simulation; each may be repeated."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, tenant_id: str, simulation_id: str) -> int:
        """Counts the decisions to look at."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            row = await store.fetch(work, UUID(simulation_id), lock=True)
            row.status = "running"
            return min(await store.count_decisions(work, row.from_at, row.to_at), row.max_decisions)

    async def piece(
        self, tenant_id: str, simulation_id: str, cursor: list[str] | None, done: int, total: int
    ) -> dict[str, Any]:
        """Decides the next decisions again: their tally, and where to go on."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            row = await store.fetch(work, UUID(simulation_id), lock=True)
            row.progress_pct = int(100 * done / total)
            before = Cursor(datetime.fromisoformat(cursor[0]), UUID(cursor[1])) if cursor else None
            count = min(AT_ONCE, total - done)
            records, after = await store.decisions_before(work, row.from_at, row.to_at, before, count)
            known = {record.policy_version for record in records}
            policies = {number: await policy_version(work, number) for number in known}
            deadlines = (await tenant_settings(work))["dispatch.deadline_min"]
            draft = _draft(row)
        counted = await asyncio.to_thread(tally, records, Trial(draft, policies, deadlines))
        told: dict[str, Any] = msgspec.to_builtins(counted)
        more = after is not None and done + len(records) < total
        return {
            "tally": told,
            "looked_at": len(records),
            "cursor": [after.at.isoformat(), str(after.id)] if after and more else None,
        }

    async def finish(self, tenant_id: str, simulation_id: str, counted: dict[str, Any] | None) -> None:
        """Writes the report; without decisions a day of the made-up town is played first."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            row = await store.fetch(work, UUID(simulation_id))
            draft, baseline, seed = _draft(row), await active_policy(work), row.seed
            recorded = await store.count_decisions(work, row.from_at, row.to_at)
        if counted is None:
            report = await asyncio.to_thread(of_town, seed, draft, baseline)
        else:
            report = of_tally(msgspec.convert(counted, Tally), truncated=recorded > row.max_decisions)
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            row = await store.fetch(work, UUID(simulation_id), lock=True)
            row.status, row.progress_pct, row.report, row.finished_at = "completed", 100, report, work.now
            await work.session.flush()
            await _tell_versions(work, row)

    async def fail(self, tenant_id: str, simulation_id: str, error: str) -> None:
        """Says that it did not work."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            row = await store.fetch(work, UUID(simulation_id), lock=True)
            row.status, row.error, row.finished_at = "failed", error[:300], work.now


def add_up(before: dict[str, Any] | None, piece: dict[str, Any]) -> dict[str, Any]:
    """Two tallies, as steps hand them on, as one."""
    if before is None:
        return piece
    told: dict[str, Any] = msgspec.to_builtins(merged(msgspec.convert(before, Tally), msgspec.convert(piece, Tally)))
    return told


def _draft(row: PolicySimulation) -> Policy:
    return Policy(row.number or 0, row.weights, msgspec.convert(row.knobs, Knobs))


async def _tell_versions(work: Work, row: PolicySimulation) -> None:
    """The version it is about, and every draft with the same weights and knobs, are simulated ones from now on."""
    here = DispatchPolicy.tenant_id == work.tenant_id
    about = or_(DispatchPolicy.status == "draft", DispatchPolicy.number == (row.number or 0))
    for policy in (await work.session.execute(select(DispatchPolicy).where(here, about).with_for_update())).scalars():
        if fingerprint(policy.weights, msgspec.convert(policy.knobs, Knobs)) == row.fingerprint:
            policy.simulation = summary(row)
