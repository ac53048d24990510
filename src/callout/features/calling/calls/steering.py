"""Steering a running call: end, mute, say, whisper, transfer, take over; each by permission, each written down."""

from typing import Any, Literal
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.calling.calls import holds, store
from callout.features.calling.calls.errors import NobodyListens, NotLive
from callout.features.calling.calls.facts import LIVE
from callout.features.calling.calls.placing import cancel
from callout.features.calling.calls.reporting import publish_status
from callout.features.calling.calls.tables import Call, CallCommand
from callout.kit.db.work import Work

CommandKind = Literal["end", "mute", "unmute", "say", "whisper", "take_over", "transfer", "line"]
HANG_UP = "hang_up_call"
_GRACE_S = 12.0
"""How long the process that holds the audio may take to say farewell before the provider is asked to hang up."""


async def end_call(work: Work, call_id: UUID, *, reason: str | None = None) -> Call:
    """Ends a call: one that waits is cancelled, a running one is hung up, the agent's farewell first.

    Raises:
        NotFound: no such call.
        NotLive: it is over.
        NobodyListens: a provider holds it that cannot be told.
    """
    call = await store.lock(work, call_id)
    if call.status == "pending":
        await cancel(work, call, "operator")
        await audit(work, "call.end", "call", call.id, after={"status": call.status}, reason=reason)
        return call
    _must_run(call, "completed")
    if call.is_managed:
        raise NobodyListens("The provider speaks in this call by itself; it ends when either side hangs up.")
    held = await holds.holder(work, call.id)
    if call.ending_asked_at is None:
        call.ending_asked_at = work.now
        await work.session.flush()
        if held is not None:
            await _send(work, held.process, call.id, "end", {})
        delay_s = _GRACE_S if held is not None else 0.0
        await work.enqueue(HANG_UP, str(call.id), key=f"call:{call.id}:hang-up", delay_s=delay_s)
        await audit(work, "call.end", "call", call.id, reason=reason)
    return call


async def set_muted(work: Work, call_id: UUID, *, muted: bool) -> Call:
    """Has the agent not heard by the customer, or heard again; repeating it changes nothing.

    Raises:
        NotFound, NotLive, NobodyListens: there is nothing to mute.
    """
    call = await _running(work, call_id)
    if call.muted != muted:
        await command(work, call, "mute" if muted else "unmute", {})
        call.muted = muted
        await work.session.flush()
        await publish_status(work, call, call.status)
    return call


async def say(work: Work, call_id: UUID, text: str) -> Call:
    """Has the agent say a sentence as it stands.

    Raises:
        NotFound, NotLive, NobodyListens: nobody would hear it.
    """
    call = await _running(work, call_id)
    await command(work, call, "say", {"text": text})
    return call


async def whisper(work: Work, call_id: UUID, text: str) -> Call:
    """Tells the agent something the customer does not hear; raises like `say`."""
    call = await _running(work, call_id)
    await command(work, call, "whisper", {"text": text})
    return call


async def transfer(work: Work, call_id: UUID, to: str) -> Call:
    """Connects the customer to another number, E.164; raises like `say`."""
    call = await _running(work, call_id)
    await command(work, call, "transfer", {"to": to})
    return call


async def take_over(work: Work, call_id: UUID, to: str) -> Call:
    """Has a person, reached at a number (E.164), join and the agent fall silent; raises like `say`."""
    call = await _running(work, call_id)
    await command(work, call, "take_over", {"to": to})
    return call


async def command(work: Work, call: Call, kind: CommandKind, body: dict[str, Any]) -> CallCommand:
    """Sends a command to the process that holds the audio, and writes it down.

    Raises:
        NobodyListens: no process holds it.
    """
    held = await holds.holder(work, call.id)
    if held is None:
        raise NobodyListens
    row = await _send(work, held.process, call.id, kind, body)
    await audit(work, f"call.{kind}", "call", call.id, after=body or None)
    return row


async def _send(work: Work, process: str, call_id: UUID, kind: CommandKind, body: dict[str, Any]) -> CallCommand:
    row = CallCommand(tenant_id=work.tenant_id, call_id=call_id, process=process, kind=kind, body=body, status="sent")
    await holds.send(work, row)
    return row


async def _running(work: Work, call_id: UUID) -> Call:
    call = await store.lock(work, call_id)
    _must_run(call, "in_progress")
    return call


def _must_run(call: Call, to: str) -> None:
    if call.status not in LIVE:
        raise NotLive("This call is not running.", at=call.status, to=to)
