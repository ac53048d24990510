"""Hanging up at the provider, and asking it about calls nobody reported the end of."""

from datetime import timedelta
from uuid import UUID

from callout.features.calling.agents.store import by_ids as agents_by_ids
from callout.features.calling.calls import store
from callout.features.calling.calls.facts import TERMINAL, Fact, Kind
from callout.features.calling.calls.reporting import apply_fact, report_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.ports import ProviderCall, ProviderFailed, TelephonyAccess
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)
RESOLVE = "resolve_call"
EVERY_S = 30
RING_LIMIT = timedelta(minutes=5)
TALK_SPARE = timedelta(seconds=60)
HANDED_ON_LIMIT = timedelta(hours=4)
"""A call that went on with a person."""
DEFAULT_TALK_S = 300
"""A call nobody reported for so long is asked about (product specification §5.3)."""
_KINDS: dict[str, Kind] = {
    "dialing": "dialing",
    "ringing": "ringing",
    "in_progress": "answered",
    "completed": "completed",
    "failed": "failed",
    "no_answer": "no_answer",
    "busy": "busy",
    "cancelled": "cancelled",
}
_LOOKED_UP = 1_000_000
"""The number of reports made of a look-up: behind all the provider sends by itself."""


class Endings:
    """Ends calls and finds out about ends; every use may be repeated."""

    def __init__(self, database: Database, telephony: TelephonyAccess) -> None:
        """Takes where calls are kept and who carries them."""
        self._database = database
        self._telephony = telephony

    async def hang_up(self, tenant_id: UUID, call_id: UUID) -> None:
        """Hangs a call up that an operator wants ended and that still runs."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            call = await store.lock(work, call_id)
            if call.status in TERMINAL or call.is_managed:
                return
            external_id = call.external_id
            chosen = await self._telephony.telephony_of(work) if external_id else None
        ended = await chosen.adapter.end_call(external_id) if chosen and external_id else None
        async with self._database.transaction(principal) as work:
            call = await store.lock(work, call_id)
            if ended is not None:
                await take_word(work, call, ended)
            await apply_fact(work, call, Fact(kind="ended", at=work.now, source="platform", end_reason="operator"))

    async def resolve(self, tenant_id: UUID, call_id: UUID) -> None:
        """Asks the provider how one call stands and takes its word; a call it still has running is ended."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            call = await store.find(work, call_id)
            external_id = None if call.is_managed else call.external_id  # who follows a managed call asks about it
            chosen = await self._telephony.telephony_of(work)
        word: ProviderCall | None = None
        if chosen is not None and external_id is not None:
            try:
                word = await chosen.adapter.call(external_id)
                if word is not None and word.status not in TERMINAL:
                    word = await chosen.adapter.end_call(external_id) or word
            except ProviderFailed as failure:
                _log.warning("overdue_call_unknown", call=str(call_id), reason=failure.code)
        async with self._database.transaction(principal) as work:
            call = await store.lock(work, call_id)
            if word is not None:
                await take_word(work, call, word)
            if call.status not in TERMINAL:
                detail = "Nobody reported how this call ended."
                fact = Fact(
                    kind="failed", at=work.now, source="platform", error_code="provider_error", error_detail=detail
                )
                await apply_fact(work, call, fact)

    async def price(self, tenant_id: UUID, call_id: UUID) -> bool:
        """Asks the provider for the price of a finished call; whether it is known now."""
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            try:
                call = await store.find(work, call_id)
            except NotFound:
                return True
            external_id = call.external_id
            chosen = await self._telephony.telephony_of(work)
            if chosen is None or external_id is None:
                return True
        word = await chosen.adapter.call(external_id)
        if word is None:
            return True
        if word.cost is None:
            return False
        async with self._database.transaction(principal) as work:
            fact = Fact(
                kind="price",
                at=word.ended_at or work.now,
                duration_s=word.duration_s,
                cost=abs(word.cost),
                currency=word.currency,
            )
            await report_fact(work, call_id, fact)
        return True


async def look_after(work: Work) -> int:
    """Has the provider asked about calls that ring or talk for too long. Returns how many."""
    for unopened in await store.unopened(work, work.now - RING_LIMIT * 2):
        await apply_fact(
            work, unopened, Fact(kind="cancelled", at=work.now, source="platform", error_code="never_opened")
        )
    late = await _overdue(work)
    for call in late:
        await work.enqueue(RESOLVE, str(call.id), key=f"call:{call.id}:resolve:{work.now:%Y%m%d%H%M}")
    return len(late)


async def take_word(work: Work, call: Call, word: ProviderCall) -> None:
    """Takes what the provider answered about a call as a report of it."""
    kind = _KINDS.get(word.status)
    if kind is None:
        return
    at = word.ended_at if word.status in TERMINAL and word.ended_at else word.started_at or work.now
    if word.started_at is not None and word.status in ("in_progress", "completed") and word.duration_s:
        answered = Fact(kind="answered", at=word.started_at, sequence=_LOOKED_UP)
        await apply_fact(work, call, answered)
    fact = Fact(
        kind=kind,
        at=at,
        sequence=_LOOKED_UP,
        duration_s=word.duration_s if word.status == "completed" else None,
        external_id=word.external_id,
    )
    await apply_fact(work, call, fact)


async def _overdue(work: Work) -> list[Call]:
    found = await store.overdue(work, ringing_since=work.now - RING_LIMIT)
    agents = await agents_by_ids(work, {call.agent_id for call in found})
    late = []
    for call in found:
        if call.answered_at is None:
            late.append(call)
            continue
        agent = agents.get(call.agent_id)
        most = timedelta(seconds=call.max_duration_s or (agent.max_call_duration_s if agent else DEFAULT_TALK_S))
        if (call.result or {}).get("end_reason") == "transferred":
            most = HANDED_ON_LIMIT
        if work.now > call.answered_at + most + TALK_SPARE:
            late.append(call)
    return late
