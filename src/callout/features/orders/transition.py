"""Moves an order through its life: asks the rules, writes the effects, timeline and event. The one place for it."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from callout.features.orders import neighbours, planning, store
from callout.features.orders.facts import publish_arrival
from callout.features.orders.lifecycle import HELD, STAMP, TERMINAL, Decision, Evidence, Facts, Wish, decide
from callout.features.orders.links import expire_after_end
from callout.features.orders.tables import Order
from callout.features.orders.timeline import note
from callout.kit.db.work import Work

_CUSTOMER_SEES = frozenset({"assigned", "on_way", "processing", "completed", "cancelled"})


async def facts_of(work: Work, order: Order, evidence: Evidence) -> Facts:
    """The order as the lifecycle rules look at it."""
    await work.session.flush()
    photos = await store.photo_counts(work, order.id)
    return Facts(
        status=order.status,
        kind=order.kind,
        prior_status=order.prior_status,
        vendor_id=order.vendor_id,
        before_photos=photos.get("before", 0),
        after_photos=photos.get("after", 0),
        dealing_price=order.dealing_price,
        final_price=order.final_price,
        start_code=order.start_code,
        finish_code=order.finish_code,
        evidence=evidence,
    )


async def apply_transition(
    work: Work,
    order: Order,
    event: str,
    *,
    role: str | None = None,
    vendor_id: UUID | None = None,
    reason: str | None = None,
    attention: str | None = None,
    code: str | None = None,
    override: bool = False,
    assignment_source: str | None = None,
    fill_deadline: datetime | None = None,
    notify: bool = True,
) -> Decision:
    """Takes one step of the lifecycle, with its timeline line and its event, or says why not.

    Args:
        work: the transaction; `order` was locked in it by `store.lock`.
        order: the order.
        event: dispatch, assign, accept, stall, keep, travel, start, complete, release, suspend or cancel.
        role: role of the actor; the principal's unless a machine acts on its behalf (then "system").
        vendor_id: the vendor acting (the principal's unless given) or the one to assign.
        reason: in words, for cancel, release, suspend, override.
        attention: attention reason, for stall and suspend.
        code: start or finish code as entered.
        override: an admin passes over missing proofs.
        assignment_source: offer or direct, for accept and assign.
        fill_deadline: until when a vendor is sought, for dispatch; the class deadline unless given.
        notify: whether people are told (cancel: the customer; assign: vendor and customer).

    Returns:
        The step; its `changes` is False, and nothing was written, when the order was already there.

    Raises:
        Problem: see `lifecycle.decide`.
    """
    settings = await neighbours.order_settings(work)
    facts = await facts_of(work, order, settings.evidence)
    wish = Wish(
        event=event,
        role=role or work.principal.role,
        vendor_id=vendor_id or work.principal.vendor_id,
        reason=reason,
        attention=attention or ("vendor_released" if event == "release" else None),
        code=code,
        override=override,
    )
    decision = decide(facts, wish)
    if not decision.changes:
        return decision
    before, former_vendor = order.status, order.vendor_id
    order.status = decision.to
    if event != "keep" and (stamp := STAMP.get(decision.to)):
        setattr(order, stamp, work.now)
    _leave(order, before, decision)
    match decision.to:
        case "offering":
            _seek_vendor(work, order, before, settings, fill_deadline)
        case "assigned" if event != "keep":
            _hold(order, wish, assignment_source, settings.evidence)
        case "needs_attention":
            order.prior_status = before
            order.attention_reason = wish.attention
        case "completed":
            _finish(work, order)
        case "cancelled":
            order.cancelled_by_role = wish.role
            order.cancellation_reason = reason
    if decision.to in TERMINAL:
        await expire_after_end(work, order)
    note(
        work,
        order,
        f"order.{decision.to}",
        from_status=before,
        to_status=decision.to,
        role=wish.role,
        customer_visible=decision.to in _CUSTOMER_SEES,
        step=decision.rule.verb or event,
        reason=reason,
        attention_reason=wish.attention if decision.to == "needs_attention" else None,
        overridden=list(decision.overridden) or None,
        vendor_id=str(former_vendor or order.vendor_id) if former_vendor or order.vendor_id else None,
        forced=True if decision.rule.row == 14 else None,
    )
    await work.session.flush()
    await publish_arrival(work, order, decision, wish, before=before, former_vendor=former_vendor, notify=notify)
    return decision


async def mark_assigned(
    work: Work,
    order_id: UUID,
    vendor_id: UUID,
    *,
    source: str = "offer",
    estimated_completion: datetime | None = None,
    notify: bool = True,
) -> tuple[Order, bool]:
    """Gives the order to a vendor: by an accepted offer, or directly by an admin.

    Locks the order first, so callers take their other locks (offer, vendor) afterwards.

    Args:
        work: the transaction; its principal is the vendor (source offer) or an admin (source direct).
        order_id: the order.
        vendor_id: who gets it.
        source: offer or direct.
        estimated_completion: as the vendor said.
        notify: whether vendor and customer are told.

    Returns:
        The order, and False when this vendor already held it and nothing changed.

    Raises:
        InvalidTransition: the order is not to be had any more; dispatch turns it into `offer_taken`.
    """
    order = await store.lock(work, order_id)
    decision = await apply_transition(
        work,
        order,
        "accept" if source == "offer" else "assign",
        vendor_id=vendor_id,
        assignment_source=source,
        notify=notify,
    )
    if decision.changes and estimated_completion is not None:
        order.estimated_completion = estimated_completion
    return order, decision.changes


def _leave(order: Order, before: str, decision: Decision) -> None:
    if before == "needs_attention":
        order.attention_reason = None
        if decision.to not in TERMINAL:
            order.prior_status = None


def _seek_vendor(
    work: Work, order: Order, before: str, settings: neighbours.OrderSettings, deadline: datetime | None
) -> None:
    order.dispatch_after = None
    if before in HELD:
        order.reassign_count += 1
        order.fill_deadline = deadline or planning.deadline_after_release(
            order.priority, work.now, order.fill_deadline, settings.deadline_min
        )
    else:
        order.ring = 0
        order.fill_deadline = deadline or planning.fill_deadline(
            order.priority, work.now, settings.deadline_min, order.response_time_minutes
        )
    order.vendor_id = None
    order.assignment_source = None
    order.assigned_at = order.on_way_at = order.processing_at = None


def _hold(order: Order, wish: Wish, source: str | None, evidence: Evidence) -> None:
    order.vendor_id = wish.vendor_id
    order.primary_vendor_id = order.primary_vendor_id or wish.vendor_id
    order.assignment_source = source or "offer"
    order.dispatch_after = None
    order.on_way_at = order.processing_at = None
    if evidence.start_code:
        order.start_code = _code()
    if evidence.finish_code:
        order.finish_code = _code()


def _finish(work: Work, order: Order) -> None:
    if order.kind == "quotation":
        order.invoice_state = "not_required"
    if order.assigned_at is not None:
        hours = (work.now - order.assigned_at).total_seconds() / 3600
        order.metrics = {**order.metrics, "completion_h": round(hours, 3)}


def _code() -> str:
    return f"{secrets.randbelow(10_000):04d}"


__all__ = ["apply_transition", "facts_of", "mark_assigned"]
