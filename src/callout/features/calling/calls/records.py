"""Keeps what happens in a running call: each report in a transaction of its own, each safe to repeat."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from callout.features.calling.brain.actions import Suppress
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.calls import recording, store
from callout.features.calling.calls.events import CallAlert, CallReply
from callout.features.calling.calls.facts import Fact, Line
from callout.features.calling.calls.handing_over import begin_conversation, hand_turns
from callout.features.calling.calls.latency import nearest_rank
from callout.features.calling.calls.opting_out import opt_out
from callout.features.calling.calls.pricing import by_part
from callout.features.calling.calls.reporting import NEWS, apply_fact, total_cost, wind_up_key
from callout.features.calling.calls.tables import Call
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.calling.hosting.ports import Usage
from callout.features.conversations.model import Turn
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal

_LINES: dict[str, Line] = {
    "human": "human",
    "machine": "machine",
    "ivr": "ivr",
    "screening": "screening",
    "fax": "fax",
}


class CallRecords:
    """The records of one call. Implements `Records` of the voice service."""

    def __init__(self, database: Database, tenant_id: UUID, call_id: UUID) -> None:
        """Takes where the records are kept, and of which call."""
        self._database = database
        self._principal = Principal.system(tenant_id)
        self._call_id = call_id

    async def answered(self, at: datetime) -> None:
        """The line is open; the conversation begins."""
        async with self._locked() as (work, call):
            await apply_fact(work, call, Fact(kind="answered", at=at, source="media"))
            await begin_conversation(work, call)

    async def turns(self, turns: Sequence[Turn]) -> None:
        """New turns and those that grew, by seq."""
        async with self._locked() as (work, call):
            await hand_turns(work, call, turns)

    async def event(self, kind: str, data: dict[str, Any]) -> None:
        """Something the monitor shows: `reply` is the agent's answer, everything else an alert of that kind."""
        async with self._database.transaction(self._principal) as work:
            shown: dict[str, Any] = msgspec.to_builtins(data)
            if kind == "reply":
                known = {name: shown.pop(name) for name in ("intent", "latency_ms") if name in shown}
                text = str(shown.pop("text", ""))
                await work.publish(CallReply(noun_id=self._call_id, text=text, detail=shown, **known))
            else:
                quote = str(shown.pop("quote", ""))
                await work.publish(CallAlert(noun_id=self._call_id, kind=kind, quote=quote, detail=shown))

    async def latency(self, times: Sequence[TurnTimes]) -> None:
        """How long replies took."""
        rows = [_latency_row(one) for one in times]
        async with self._database.transaction(self._principal) as work:
            await store.keep_latencies(work, self._call_id, rows)

    async def suppress(self, action: Suppress) -> None:
        """The customer wants no further calls: true at once, for every campaign."""
        async with self._locked() as (work, call):
            await opt_out(work, call, reason=action.reason, quote=action.quote)

    async def recording(self, consent: Literal["announced", "given", "refused"]) -> None:
        """What holds for the recording: it starts, or what exists is deleted."""
        async with self._locked() as (work, call):
            await recording.take_consent(work, call, consent)

    async def first_speech(self, at: datetime, *, disclosed: bool) -> None:
        """The agent's first words were heard."""
        async with self._locked() as (_work, call):
            call.first_speech_at = call.first_speech_at or at
            if disclosed:
                call.disclosure_played_at = call.disclosure_played_at or at

    async def conclude(self, outcome: CallOutcome, usage: Sequence[Usage]) -> None:
        """The call is over for the agent: what it came to. Later ones change nothing."""
        async with self._locked() as (work, call):
            await conclude(work, call, outcome, usage)

    @asynccontextmanager
    async def _locked(self) -> AsyncIterator[tuple[Work, Call]]:
        async with self._database.transaction(self._principal) as work:
            yield work, await store.lock(work, self._call_id)


async def conclude(
    work: Work, call: Call, outcome: CallOutcome, usage: Sequence[Usage], *, ended_at: datetime | None = None
) -> None:
    """Writes down what a call came to; later ones change nothing. The call is locked.

    Args:
        work: the transaction.
        call: that is over for the agent.
        outcome: as judged by the brain.
        usage: what the services of the call were used for.
        ended_at: when its audio ended; now unless given.
    """
    if call.result is not None or call.settled_at is not None:
        return
    call.result = msgspec.to_builtins(outcome)
    call.outcome = outcome.disposition
    if outcome.opted_out and not call.opted_out:
        await opt_out(work, call, reason="opt_out_speech", quote="")
    if outcome.callback and outcome.callback.get("at"):
        call.callback_at = msgspec.convert(outcome.callback["at"], datetime, strict=False)
    for one in by_part(usage):
        await _note_usage(work, call, one)
    await total_cost(work, call)
    replies = [row.voice_to_voice_ms for row in await store.latencies(work, call.id)]
    known = [value for value in replies if value is not None]
    call.latency_p50_ms, call.latency_p95_ms = nearest_rank(known, 0.5), nearest_rank(known, 0.95)
    if (line := _LINES.get(outcome.answered_by)) is not None:
        await apply_fact(work, call, Fact(kind="line", at=work.now, source="media", line=line))
    ended = Fact(
        kind="ended", at=ended_at or work.now, source="media", end_reason=outcome.end_reason or "customer_hangup"
    )
    await apply_fact(work, call, ended)
    await work.signal(wind_up_key(call.id), "concluded", NEWS)


async def _note_usage(work: Work, call: Call, one: Usage) -> None:
    row = {
        "provider": one.provider[:20],
        "service": one.service,
        "units": Decimal(str(one.units)),
        "unit": one.unit[:12],
        "cost": one.cost,
        "currency": one.currency if one.cost is not None else None,
        "is_estimate": True,
    }
    await store.keep_cost(work, call.id, row)


def _latency_row(times: TurnTimes) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.structs.asdict(times)
    row["turn"] = row.pop("seq")
    return row
