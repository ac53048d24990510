"""Follows a managed call at its provider: its webhooks may be late, lost or not set up."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from callout.features.calling.calls import store
from callout.features.calling.calls.facts import TERMINAL, Kind
from callout.features.calling.managed.ports import ManagedAccess, ManagedConversation
from callout.features.calling.managed.taking import report_answer, report_end, take_talk
from callout.features.calling.ports import ProviderFailed
from callout.features.conversations.ingest import absorb, enqueue_if_automatic
from callout.features.conversations.intake_model import IncomingCall, IncomingTurn
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)
PAUSE_S: Final = 3.0
MOST_LOOKS: Final = 2000


class ManagedFollowing:
    """Asks providers how managed calls stand; every look may be repeated."""

    def __init__(self, database: Database, access: ManagedAccess) -> None:
        """Takes where calls are kept, and who has them."""
        self._database = database
        self._access = access

    async def look(self, tenant_id: UUID, call_id: UUID) -> float | None:
        """Takes the provider's word on one call.

        Returns:
            Seconds after which to ask again; None when it is over.
        """
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            call = await store.find(work, call_id)
            external_id = call.external_id
            chosen = await self._access.managed_of(work)
            if call.status in TERMINAL or external_id is None or chosen is None:
                return None
        try:
            told = await chosen.adapter.conversation(external_id)
        except ProviderFailed as failure:
            _log.warning("managed_call_unknown", call=str(call_id), reason=failure.code)
            return failure.retry_after_s or PAUSE_S
        async with self._database.transaction(principal) as work:
            return await self._take(work, call_id, told)

    async def _take(self, work: Work, call_id: UUID, told: ManagedConversation | None) -> float | None:
        if told is None:
            await _end(work, call_id, "failed", work.now, "The provider does not have this call any more.")
            return None
        if told.status == "in_progress":
            call = await store.lock(work, call_id)
            await report_answer(work, call, told.started_at or work.now)
        if told.status in ("dialing", "in_progress", "processing"):
            return PAUSE_S
        if told.status == "failed" or not told.turns:
            at = _ended_at(told) or work.now
            await _end(work, call_id, _kind_of(told), at, told.failure)
            return None
        absorbed = await absorb(work, incoming_of(told), "ended")
        if absorbed.due:
            await enqueue_if_automatic(work, absorbed.conversation)
        await take_talk(work, await store.lock(work, call_id), absorbed.conversation)
        return None


def incoming_of(told: ManagedConversation) -> IncomingCall:
    """A finished call as its webhook tells it, so that whoever comes first makes the one conversation."""
    turns = [
        IncomingTurn(
            speaker=turn.speaker,
            content=turn.text,
            offset_ms=turn.offset_s * 1000,
            interrupted=turn.is_interrupted,
        )
        for turn in told.turns
    ]
    return IncomingCall(
        calling_system="elevenlabs",
        external_id=told.external_id,
        phone=told.to,
        call_type="outbound",
        call_result="completed",
        started_at=told.started_at,
        ended_at=_ended_at(told),
        duration_s=told.duration_s,
        turns=tuple(turns),
        complete=True,
    )


async def _end(work: Work, call_id: UUID, kind: Kind, at: datetime, detail: str | None) -> None:
    await report_end(work, await store.lock(work, call_id), kind, at, detail=(detail or "")[:300] or None)


def _kind_of(told: ManagedConversation) -> Kind:
    if told.status == "completed":
        return "completed"
    reason = (told.failure or "").lower().replace("-", "_")
    return "busy" if reason == "busy" else "no_answer" if reason == "no_answer" else "failed"


def _ended_at(told: ManagedConversation) -> datetime | None:
    if told.started_at is None:
        return None
    return told.started_at + timedelta(seconds=told.duration_s or 0)
