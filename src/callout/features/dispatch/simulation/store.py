"""Reads and writes of simulations, and the recorded decisions they look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from callout.features.dispatch.simulation.recorded import Recorded
from callout.features.dispatch.tables import DispatchDecision, PolicySimulation
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


class Cursor(NamedTuple):
    """The last decision looked at; the next ones are older."""

    at: datetime
    id: UUID


async def fetch(work: Work, simulation_id: UUID, *, lock: bool = False) -> PolicySimulation:
    """One simulation.

    Raises:
        NotFound: there is none.
    """
    query = select(PolicySimulation).where(
        PolicySimulation.tenant_id == work.tenant_id, PolicySimulation.id == simulation_id
    )
    row = (await work.session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such simulation.")
    return row


async def page(
    work: Work, conditions: Sequence[ColumnElement[bool]], *, newest_first: bool, limit: int, offset: int
) -> tuple[list[PolicySimulation], int]:
    """A page of simulations and how many there are."""
    wanted = (PolicySimulation.tenant_id == work.tenant_id, *conditions)
    made = PolicySimulation.created_at
    rows = select(PolicySimulation).where(*wanted).order_by(made.desc() if newest_first else made, PolicySimulation.id)
    total = select(func.count()).select_from(PolicySimulation).where(*wanted)
    found = (await work.session.execute(rows.limit(limit).offset(offset))).scalars()
    return list(found), (await work.session.execute(total)).scalar_one()


async def newest_completed(work: Work, fingerprint: str) -> PolicySimulation | None:
    """The newest finished simulation of the same weights and knobs."""
    query = (
        select(PolicySimulation)
        .where(
            PolicySimulation.tenant_id == work.tenant_id,
            PolicySimulation.fingerprint == fingerprint,
            PolicySimulation.status == "completed",
        )
        .order_by(PolicySimulation.finished_at.desc())
        .limit(1)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def count_decisions(work: Work, since: datetime, until: datetime) -> int:
    """How many decisions were recorded from `since` to before `until`."""
    query = select(func.count()).select_from(DispatchDecision).where(*_between(work, since, until))
    return (await work.session.execute(query)).scalar_one()


async def decisions_before(
    work: Work, since: datetime, until: datetime, cursor: Cursor | None, limit: int
) -> tuple[list[Recorded], Cursor | None]:
    """The next decisions of a span, newest first, and where to go on; None when these were the last."""
    table = DispatchDecision
    query = select(
        table.id, table.at, table.policy_version, table.policy_class, table.ttl_s, table.facts, table.candidates
    ).where(*_between(work, since, until))
    if cursor is not None:
        older = or_(table.at < cursor.at, and_(table.at == cursor.at, table.id < cursor.id))
        query = query.where(older)
    rows = (await work.session.execute(query.order_by(table.at.desc(), table.id.desc()).limit(limit))).all()
    records = [Recorded(*row[1:]) for row in rows]
    return records, Cursor(rows[-1].at, rows[-1].id) if len(rows) == limit else None


def _between(work: Work, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    here = DispatchDecision.tenant_id == work.tenant_id
    return here, DispatchDecision.at >= since, DispatchDecision.at < until
