"""Takes reports about calls, in any order and as often as they come, and moves the calls accordingly."""

from decimal import Decimal
from uuid import UUID

from callout.features.calling.calls import holds, store
from callout.features.calling.calls.events import CallStatusChanged
from callout.features.calling.calls.facts import TERMINAL, Fact, Standing, standing_of
from callout.features.calling.calls.tables import Call, CallCommand
from callout.kit.db.work import Work

WIND_UP = "wind_up_call"
NEWS = "news"
"""The topic on which the winding up is told what it waits for."""


def wind_up_key(call_id: UUID) -> str:
    """The key of the workflow that winds a call up."""
    return f"call:{call_id}:wind-up"


async def report_fact(work: Work, call_id: UUID, fact: Fact) -> Call:
    """Takes one report; one that is known changes nothing. The first that ends the call has it wound up.

    What comes after a call was wound up is kept, not applied (product specification §5.3); its price is.

    Raises:
        NotFound: no such call.
    """
    return await apply_fact(work, await store.lock(work, call_id), fact)


async def apply_fact(work: Work, call: Call, fact: Fact) -> Call:
    """The same for a call that is locked already."""
    is_open = call.settled_at is None
    is_new = await store.keep_fact(work, call, fact, applied=is_open)
    if is_new and fact.cost is not None:
        await note_cost(work, call, fact)
    if is_new and is_open:
        await work.session.flush()
        await take_standing(work, call, standing_of(await store.facts_of(work, call.id)))
        if fact.kind == "line" and fact.source == "provider":
            await _tell_holder(work, call, fact)
        if fact.source == "provider" and fact.kind in TERMINAL:
            await work.signal(wind_up_key(call.id), fact.kind, NEWS)
    return call


async def take_standing(work: Work, call: Call, standing: Standing) -> None:
    """Writes where a call stands by its facts, and tells when that is news."""
    before = call.status
    call.status = standing.status
    for name in ("ringing_at", "answered_at", "ended_at", "duration_s", "answered_by"):
        setattr(call, name, getattr(standing, name))
    call.end_reason = standing.end_reason or call.end_reason
    call.error_code = standing.error_code[:60] if standing.error_code else None
    call.error_detail = standing.error_detail[:300] if standing.error_detail else None
    call.external_id = standing.external_id or call.external_id
    await work.session.flush()
    if standing.status != before:
        await publish_status(work, call, before)
    if standing.is_over:
        await work.enqueue(WIND_UP, str(call.id), key=wind_up_key(call.id))


async def publish_status(work: Work, call: Call, previous: str) -> None:
    """Tells where a call stands."""
    await work.publish(
        CallStatusChanged(
            noun_id=call.id,
            status=call.status,
            previous=previous,
            campaign_id=call.campaign_id,
            contact_id=call.contact_id,
            attempt=call.attempt,
            answered_by=call.answered_by,
            duration_s=call.duration_s,
            muted=call.muted,
        )
    )


async def _tell_holder(work: Work, call: Call, fact: Fact) -> None:
    """Lets whoever carries the audio know who answered, as the provider detected it."""
    held = await holds.holder(work, call.id)
    if held is None or fact.line in (None, "unknown"):
        return
    heard = f"{fact.line}:beep" if fact.is_message_end else str(fact.line)
    row = CallCommand(
        tenant_id=work.tenant_id,
        call_id=call.id,
        process=held.process,
        kind="line",
        body={"text": heard},
        status="sent",
    )
    await holds.send(work, row)


async def call_by_external(work: Work, provider: str, external_id: str) -> Call | None:
    """The call a provider knows under its own id."""
    return await store.by_external(work, provider, external_id)


async def note_cost(work: Work, call: Call, fact: Fact) -> None:
    """Keeps what the provider asks for the call; the total is renewed."""
    row = {
        "provider": call.provider or "telephony",
        "service": "telephony",
        "units": fact.duration_s if fact.duration_s is not None else call.duration_s or 0,
        "unit": "seconds",
        "cost": fact.cost,
        "currency": fact.currency,
        "is_estimate": False,
    }
    await store.keep_cost(work, call.id, row)
    await total_cost(work, call)


async def total_cost(work: Work, call: Call) -> None:
    """The call's cost is the sum of its priced parts; parts in another currency than the first are left out."""
    priced = [row for row in await store.costs(work, call.id) if row.cost is not None]
    if not priced:
        return
    call.currency = next((row.currency for row in priced if row.service == "telephony"), priced[0].currency)
    same = [row.cost for row in priced if row.cost is not None and row.currency == call.currency]
    call.cost = sum(same, start=Decimal(0))
    await work.session.flush()
