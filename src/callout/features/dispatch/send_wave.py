"""Chooses the next wave of an order and sends it: the decision record, the offers, the events."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from time import perf_counter
from typing import NamedTuple
from uuid import UUID

import msgspec

from callout.features.dispatch import candidate_store, offer_store
from callout.features.dispatch.events import DispatchDecided, OfferSent
from callout.features.dispatch.explain import nobody, summary
from callout.features.dispatch.facts import Case
from callout.features.dispatch.gathering import criteria_of
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.recorded_case import names_of, recorded_case
from callout.features.dispatch.records import offered
from callout.features.dispatch.selection import Candidate, Decision
from callout.features.dispatch.tables import DispatchDecision, DispatchRun, Offer
from callout.features.dispatch.waves import expiry, offer_ttl, p80_response
from callout.features.dispatch.widening import widened
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

RESPONSES_LOOKED_AT = timedelta(days=28)
ATTEMPTS = 5


class Wave(NamedTuple):
    """A decided wave that has not been sent yet."""

    case: Case
    decision: Decision
    policy: Policy
    ms: int


async def choose_wave(work: Work, order: Order, run: DispatchRun) -> Wave:
    """Decides who is asked next; rings widen while too few vendors are left in them.

    The chosen vendors are held until the transaction ends, so that none is blocked, or asked by others more often than
    allowed, between choice and offer.
    """
    for _ in range(ATTEMPTS):
        wave = await look_around(work, order, run)
        if await held(work, [wave]):
            return wave
    return wave._replace(decision=msgspec.structs.replace(wave.decision, candidates=()))


async def held(work: Work, waves: Sequence[Wave]) -> bool:
    """Whether everybody chosen in these waves can still be asked; if so, until the transaction ends."""
    asked = Counter(UUID(row.vendor_id) for wave in waves for row in wave.decision.chosen)
    by_hand = any(wave.case.criteria.mode == "manual" for wave in waves)
    limit = None if by_hand else min(wave.policy.knobs.max_outstanding_offers for wave in waves)
    return not asked or await offer_store.hold_still(work, asked, limit=limit)


async def send_wave(work: Work, order: Order, run: DispatchRun, wave: Wave) -> list[Offer]:
    """Records the decision and makes the offers; a wave without chosen vendors only leaves its record.

    Args:
        work: the transaction; `order` is locked in it, and offering when there is somebody to ask.
        order: its `fill_deadline` bounds every offer.
        run: the search the wave belongs to; its wave and ring move on.
        wave: from `choose_wave`.
    """
    case, decision = wave.case, wave.decision
    ttl = await _ttl(work, case, wave)
    run.wave, run.ring = case.wave, case.ring
    order.ring, order.policy_version = case.ring, wave.policy.version
    record = _record(work, order, run, wave, ttl)
    work.session.add(record)
    offers = [_offer(order, run, wave, row, record) for row in decision.chosen]
    work.session.add_all(offers)
    order.metrics = {
        **order.metrics,
        "selection_ms": wave.ms,
        "offers_sent": order.metrics.get("offers_sent", 0) + len(offers),
        "waves": order.metrics.get("waves", 0) + bool(offers),
    }
    await work.session.flush()
    work.session.expunge(record)  # its documents are structs still; whoever reads it gets them plain
    await offered(work, [offer.vendor_id for offer in offers], order.service_type)
    await _tell(work, order, record, offers)
    return offers


async def look_around(work: Work, order: Order, run: DispatchRun) -> Wave:
    """What would be decided now, with nobody held still and nothing sent."""
    started = perf_counter()
    policy = await active_policy(work)
    case, decision = await widened(work, order, run, await criteria_of(work, order, run), policy)
    return Wave(case, decision, policy, round((perf_counter() - started) * 1000))


async def _ttl(work: Work, case: Case, wave: Wave) -> timedelta:
    answers = await candidate_store.response_minutes(work, case.job.service, work.now - RESPONSES_LOOKED_AT)
    chosen = {UUID(row.vendor_id) for row in wave.decision.chosen}
    kind = wave.decision.policy_class
    p80 = p80_response(
        [minutes for vendor, minutes in answers if vendor in chosen], [minutes for _, minutes in answers], kind
    )
    return offer_ttl(p80, kind, wave.policy.knobs)


def _record(work: Work, order: Order, run: DispatchRun, wave: Wave, ttl: timedelta) -> DispatchDecision:
    case, decision = wave.case, wave.decision
    rows = [msgspec.structs.asdict(row) for row in decision.included]
    objections, is_by_hand = excluded_by(decision), case.criteria.mode == "manual"
    explanation = nobody(objections)
    if rows:
        explanation = summary(rows, names_of(case), together=together(case), is_by_hand=is_by_hand)
    return DispatchDecision(
        id=uuid7(),
        order_id=order.id,
        batch_id=UUID(case.batch.id) if case.batch else None,
        run=run.number,
        wave=case.wave,
        ring=case.ring,
        at=work.now,
        policy_version=decision.policy_version,
        policy_class=decision.policy_class,
        seed=case.seed,
        mode=case.criteria.mode,
        vendor_ids=[row.vendor_id for row in decision.candidates],
        candidates=decision.candidates,
        facts=recorded_case(case, decision),
        targets=list(wave.policy.knobs.targets[decision.policy_class]),
        k=len(decision.chosen),
        ttl_s=int(ttl.total_seconds()),
        relaxed=list(decision.relaxed),
        excluded_by=objections,
        ms=wave.ms,
        explanation=explanation[:2000],
    )


def _offer(order: Order, run: DispatchRun, wave: Wave, row: Candidate, record: DispatchDecision) -> Offer:
    vendor = next(vendor for vendor in wave.case.vendors if vendor.vendor_id == row.vendor_id)
    ttl = timedelta(seconds=record.ttl_s)
    expires = expiry(
        record.at,
        ttl,
        order.fill_deadline,
        wave.decision.policy_class,
        hours=vendor.working_hours,
        tz=vendor.timezone,
        off=vendor.time_off,
    )
    return Offer(
        id=uuid7(),
        order_id=order.id,
        vendor_id=UUID(row.vendor_id),
        service_type=order.service_type,
        run=run.number,
        wave=record.wave,
        ring=record.ring,
        position=row.rank or 1,
        mode=record.mode,
        status="pending",
        sent_at=record.at,
        expires_at=expires,
        paused_s=max(0, round((expires - record.at - ttl).total_seconds())),
        score=_five(row.score),
        accept_probability=_five(row.accept_probability),
        rank_key=_five(row.rank_key),
        distance_km=Decimal(f"{row.distance_km:.3f}"),
        travel_min=Decimal(f"{row.travel_min:.2f}") if row.travel_min is not None else None,
        decision_id=record.id,
    )


def excluded_by(decision: Decision) -> dict[str, int]:
    """How many vendors each objection kept from being asked; one vendor may have several."""
    return dict(Counter(code for row in decision.candidates if not row.included for code in row.reason_codes))


def together(case: Case) -> int:
    """How many orders were matched at once when this one was given a vendor; 0 for a decision of its own."""
    return case.batch.orders if case.batch and case.batch.matched else 0


def _five(value: float | None) -> Decimal:
    return Decimal(f"{value or 0.0:.5f}")


async def _tell(work: Work, order: Order, record: DispatchDecision, offers: list[Offer]) -> None:
    await work.publish(
        DispatchDecided(
            noun_id=order.id,
            decision_id=record.id,
            order_number=order.order_number,
            wave=record.wave,
            ring=record.ring,
            vendor_ids=[offer.vendor_id for offer in offers],
            relaxed=list(record.relaxed),
        )
    )
    await work.publish_all([_sent(order, offer) for offer in offers])


def _sent(order: Order, offer: Offer) -> OfferSent:
    return OfferSent(
        noun_id=offer.id,
        order_id=order.id,
        order_number=order.order_number,
        vendor_id=offer.vendor_id,
        wave=offer.wave,
        mode=offer.mode,
        expires_at=offer.expires_at,
        distance_km=float(offer.distance_km),
        priority=order.priority,
        service_type=order.service_type,
        description=order.description,
        customer_name=order.customer_name,
        customer_phone=order.customer_phone,
        customer_address=order.customer_address,
        customer_lat=order.customer_lat,
        customer_lng=order.customer_lng,
        scheduled_start=order.scheduled_start,
        estimated_value=str(order.estimated_value) if order.estimated_value is not None else None,
        currency=order.currency,
    )
