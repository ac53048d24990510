"""Which process holds the audio of which call, and what it last told about it. The SQL of the live registry."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from callout.features.calling.calls.facts import LIVE
from callout.features.calling.calls.tables import Call, CallCommand, CallHold, VoiceProcess
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

CHANNEL = "callout_calls"
"""Processes listen here; the payload is the id of the process a command is for."""
SILENT_AFTER = timedelta(seconds=20)
"""A process that told nothing for this long is gone."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """How a running call goes, for those who watch many.

    Attributes:
        turns: so far.
        sentiment: -1..1.
        risk_score: 0..1; severity: minimal, low, medium, high, critical.
        stress: only where the speech provider reports it.
        speech_rate: the customer's words a minute.
        reply_ms: mean time to the agent's answers.
    """

    turns: int = 0
    sentiment: float | None = None
    risk_score: float | None = None
    severity: str | None = None
    stress: float | None = None
    speech_rate: float | None = None
    reply_ms: int | None = None


class ProcessNews(msgspec.Struct, frozen=True, kw_only=True):
    """A voice process: where it is reached inside, how much it takes and how it is.

    Attributes:
        url: of its own port, for sockets that must reach this very process.
        capacity: calls at once; active: now.
        loop_lag_ms: how late its loop is, p99 of the last seconds.
    """

    id: str
    url: str
    capacity: int
    active: int = 0
    loop_lag_ms: float | None = None
    is_draining: bool = False


async def hold(work: Work, call: Call, process: str) -> None:
    """Writes down that a process has the audio of a call now."""
    row = {
        "id": uuid7(),
        "tenant_id": work.tenant_id,
        "call_id": call.id,
        "process": process,
        "claimed_at": work.now,
        "heartbeat_at": work.now,
        "released_at": None,
        "snapshot": {},
        "created_at": work.now,
        "updated_at": work.now,
        "version": 1,
    }
    statement = insert(CallHold).values(row)
    renewed = {name: row[name] for name in ("process", "claimed_at", "heartbeat_at", "released_at", "updated_at")}
    await work.session.execute(statement.on_conflict_do_update(index_elements=[CallHold.call_id], set_=renewed))


async def beat(work: Work, process: str, calls: Mapping[UUID, Snapshot]) -> None:
    """Renews a process's holds of this tenant."""
    for call_id, snapshot in calls.items():
        statement = (
            update(CallHold)
            .where(
                CallHold.tenant_id == work.tenant_id,
                CallHold.call_id == call_id,
                CallHold.process == process,
                CallHold.released_at.is_(None),
            )
            .values(heartbeat_at=work.now, snapshot=msgspec.to_builtins(snapshot))
            .execution_options(synchronize_session=False)
        )
        await work.session.execute(statement)


async def release_all(work: Work, call_id: UUID) -> None:
    """Takes a call from whoever held it; commands nobody answered are lost."""
    statement = (
        update(CallHold)
        .where(CallHold.tenant_id == work.tenant_id, CallHold.call_id == call_id, CallHold.released_at.is_(None))
        .values(released_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)
    lost = (
        update(CallCommand)
        .where(CallCommand.tenant_id == work.tenant_id, CallCommand.call_id == call_id, CallCommand.status == "sent")
        .values(status="lost", answered_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(lost)


async def holder(work: Work, call_id: UUID) -> CallHold | None:
    """Who has the audio of a call now; None when nobody has, or the one who had is gone."""
    query = _held(work).where(CallHold.call_id == call_id)
    return (await work.session.execute(query)).scalar_one_or_none()


async def active(work: Work) -> Sequence[tuple[Call, CallHold | None]]:
    """The calls that run now, oldest first, each with its hold."""
    query = (
        select(Call, CallHold)
        .outerjoin(CallHold, (CallHold.call_id == Call.id) & CallHold.released_at.is_(None))
        .where(Call.tenant_id == work.tenant_id, Call.status.in_(LIVE), Call.settled_at.is_(None))
        .order_by(Call.id)
        .limit(500)
    )
    return [(row[0], row[1]) for row in await work.session.execute(query)]


async def announce(work: Work, news: ProcessNews) -> None:
    """Writes down that a voice process is there; in a lookup, as it belongs to no tenant."""
    row: dict[str, Any] = {**msgspec.structs.asdict(news), "heartbeat_at": func.now()}
    statement = insert(VoiceProcess).values(row)
    renewed = {name: row[name] for name in row if name != "id"}
    await work.session.execute(statement.on_conflict_do_update(index_elements=[VoiceProcess.id], set_=renewed))


async def withdraw(work: Work, process: str) -> None:
    """Strikes a voice process that ends."""
    await work.session.execute(text("DELETE FROM voice_processes WHERE id = :id"), {"id": process})


async def process_of(work: Work, process: str) -> VoiceProcess | None:
    """A voice process by its id."""
    query = select(VoiceProcess).where(VoiceProcess.id == process)
    return (await work.session.execute(query)).scalar_one_or_none()


async def processes(work: Work) -> Sequence[VoiceProcess]:
    """The voice processes that are there."""
    query = select(VoiceProcess).where(VoiceProcess.heartbeat_at >= func.now() - SILENT_AFTER)
    return (await work.session.execute(query.order_by(VoiceProcess.id))).scalars().all()


async def send(work: Work, row: CallCommand) -> None:
    """Leaves a command for a process and wakes it with the commit."""
    work.session.add(row)
    await work.session.flush()
    notify = text("SELECT pg_notify(:channel, :payload)")
    await work.session.execute(notify, {"channel": CHANNEL, "payload": row.process})


async def commands_for(work: Work, process: str) -> Sequence[CallCommand]:
    """What waits for a process, in order; in a lookup over all tenants."""
    query = select(CallCommand).where(CallCommand.process == process, CallCommand.status == "sent")
    return (await work.session.execute(query.order_by(CallCommand.created_at, CallCommand.id))).scalars().all()


async def command(work: Work, command_id: UUID) -> CallCommand | None:
    """A command, locked."""
    query = select(CallCommand).where(CallCommand.tenant_id == work.tenant_id, CallCommand.id == command_id)
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


def _held(work: Work) -> Select[CallHold]:
    return select(CallHold).where(
        CallHold.tenant_id == work.tenant_id,
        CallHold.released_at.is_(None),
        CallHold.heartbeat_at >= work.now - SILENT_AFTER,
    )
