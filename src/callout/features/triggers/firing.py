"""The life of trigger events: fired, acted on, taken back, dismissed, handled, completed with their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations.material import Material
from callout.features.triggers import store
from callout.features.triggers.choice import priority_of
from callout.features.triggers.errors import EventClosed, EventHasOrder
from callout.features.triggers.events import TriggerCompleted, TriggerDismissed, TriggerFired
from callout.features.triggers.model import Evaluation
from callout.features.triggers.ports import TriggeredOrders
from callout.features.triggers.tables import TriggerEvent
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

EXPIRED_AT_ONCE = 1000
CHANGED_MIND = "customer_changed_mind"
_RAISED = {"low": "low", "normal": "medium", "high": "high"}
_RANKS = ("low", "medium", "high", "urgent")
_MINUTES, _HOURS = Decimal(60), Decimal(3600)


async def fire(
    work: Work,
    material: Material,
    ranked: Sequence[Evaluation],
    *,
    at_seq: int | None,
    live: bool,
    act: bool,
    priority: str | None,
) -> list[TriggerEvent]:
    """Records the fired rules; the first acts, unless the conversation has an acting event already.

    Returns:
        The events made now.
    """
    known = await store.events_of_conversation(work, material.conversation_id)
    acting = next(
        (one for one in known if one.merged_into_id is None and (one.status != "cancelled" or one.order_id)), None
    )
    fired_before = {one.rule_id for one in known}
    made: list[TriggerEvent] = []
    for evaluation in ranked:
        if evaluation.rule.id in fired_before:
            continue
        row = _event(work, material, evaluation, at_seq=at_seq, live=live, priority=priority)
        if acting is not None:
            row.merged_into_id = acting.id
            row.order_id = acting.order_id
        if not await store.add_event(work, row):
            continue
        made.append(row)
        if acting is None:
            acting = row
            await work.publish(fact_of(row, material, act=act))
    return made


async def take_back(work: Work, conversation_id: UUID, evaluations: Sequence[Evaluation]) -> None:
    """Cancels live firings whose rule the customer has vetoed in the end."""
    vetoed = {one.rule.id for one in evaluations if one.vetoed_by is not None}
    for row in await store.events_of_conversation(work, conversation_id):
        if row.live and row.status == "active" and row.rule_id in vetoed:
            await _publish_dismissal(work, row, by="evaluation", reason=CHANGED_MIND)  # locks the order first
            row.status = "cancelled"
            row.completed_at = work.now


async def record_actions(
    work: Work,
    event_id: UUID,
    actions_taken: Sequence[Mapping[str, Any]],
    order_id: UUID | None = None,
    *,
    estimated_value: Decimal | None = None,
    price_package: str | None = None,
) -> None:
    """Keeps what was done about a firing: {action, at, ok, ref, error?} each, appended in order.

    Called by the features that act, in the transaction of `trigger.fired` or later. The same action with the same
    `ref` is kept once, so that repeating a step changes nothing.
    """
    row = await store.event(work, event_id)
    kept = list(row.actions_taken)
    for action in actions_taken:
        entry = {"at": work.now.isoformat(), "ref": None, **action}
        same = [one for one in kept if one["action"] == entry["action"] and one.get("ref") == entry["ref"]]
        if same:
            kept[kept.index(same[-1])] = {**same[-1], **entry}
        else:
            kept.append(entry)
    row.actions_taken = kept
    if estimated_value is not None:
        row.estimated_value = estimated_value
    if price_package is not None:
        row.price_package = price_package
    if order_id is not None:
        row.order_id = order_id
        for merged in await store.events_of_conversation(work, row.conversation_id):
            if merged.merged_into_id == row.id:
                merged.order_id = order_id
    await work.session.flush()


async def record_offers(work: Work, order_id: UUID, vendor_ids: Sequence[UUID]) -> None:
    """Adds the vendors an order was offered to."""
    for row in await store.events_of_order(work, order_id):
        row.selected_vendor_ids = list(dict.fromkeys([*row.selected_vendor_ids, *(str(one) for one in vendor_ids)]))
    await work.session.flush()


async def record_acceptance(work: Work, order_id: UUID, vendor_id: UUID, at: datetime) -> None:
    """Notes who does the order and how long the first acceptance took."""
    for row in await store.events_of_order(work, order_id):
        row.primary_vendor_id = vendor_id
        if row.response_time_min is None:
            row.response_time_min = _elapsed(row.triggered_at, at, _MINUTES)
    await work.session.flush()


async def complete_with_order(work: Work, order_id: UUID, at: datetime) -> None:
    """The order is done, and with it what was asked for."""
    for row in await store.events_of_order(work, order_id):
        if row.status == "active":
            row.status = "completed"
            row.completed_at = at
            row.completion_time_h = _elapsed(row.triggered_at, at, _HOURS)
            await _publish_completion(work, row, None)
    await work.session.flush()


async def cancel_with_order(work: Work, order_id: UUID) -> None:
    """The order was cancelled."""
    for row in await store.events_of_order(work, order_id):
        if row.status == "active":
            row.status = "cancelled"
            row.completed_at = work.now
    await work.session.flush()


async def record_satisfaction(work: Work, order_id: UUID, stars: int) -> None:
    """Keeps the customer's rating of the order, 1 to 5."""
    for row in await store.events_of_order(work, order_id):
        row.customer_satisfaction = stars
    await work.session.flush()


async def dismiss(work: Work, event_id: UUID, reason: str) -> TriggerEvent:
    """An admin says that nothing is to be done; an order of it is left to the orders feature.

    Raises:
        EventClosed: the event is over.
    """
    row = await _open(work, event_id)
    row.status = "cancelled"
    row.completed_at = work.now
    row.dismissed_reason = reason
    await _publish_dismissal(work, row, by="admin", reason=reason)
    await audit(work, "trigger_event.dismiss", "trigger_event", row.id, reason=reason)
    await work.session.flush()
    return row


async def handle(work: Work, event_id: UUID, note: str | None) -> TriggerEvent:
    """An admin has taken care of it by hand.

    Raises:
        EventClosed: the event is over.
    """
    row = await _open(work, event_id)
    row.status = "completed"
    row.completed_at = work.now
    row.handled_note = note
    row.completion_time_h = _elapsed(row.triggered_at, work.now, _HOURS)
    await _publish_completion(work, row, note)
    await audit(work, "trigger_event.handle", "trigger_event", row.id, reason=note)
    await work.session.flush()
    return row


async def create_order(
    work: Work, orders: TriggeredOrders, event_id: UUID, overrides: Mapping[str, Any]
) -> dict[str, Any]:
    """Makes the order of an event by hand.

    Raises:
        EventClosed: the event is over.
        EventHasOrder: the conversation has led to an order.
    """
    row = await _open(work, event_id)
    family = await store.events_of_conversation(work, row.conversation_id)
    known = next((one.order_id for one in family if one.order_id), None)
    if known is not None:
        raise EventHasOrder(existing_id=str(known))
    return await orders.create(work, fact_of(row, None, act=True), overrides)


async def expire(work: Work) -> int:
    """Closes the oldest events that waited too long without order and handling, a thousand at most; how many."""
    days = int((await tenant_settings(work))["triggers.event_expiry_d"])
    query = select(TriggerEvent).where(
        TriggerEvent.tenant_id == work.tenant_id,
        TriggerEvent.status == "active",
        TriggerEvent.order_id.is_(None),
        TriggerEvent.triggered_at < work.now - timedelta(days=days),
    )
    oldest = query.order_by(TriggerEvent.triggered_at).limit(EXPIRED_AT_ONCE).with_for_update(skip_locked=True)
    rows = list(await work.session.scalars(oldest))
    for row in rows:
        row.status = "expired"
        row.completed_at = work.now
    await work.session.flush()
    return len(rows)


def fact_of(row: TriggerEvent, material: Material | None, *, act: bool) -> TriggerFired:
    """The fact that a rule fired, with everything an order is made of."""
    rule = row.rule_snapshot
    timeline = row.timeline or {}
    services = material.context.services if material else ()
    label = next((service.label for service in services if service.code == row.service_type), None)
    budget = material.analysis.slots.budget_range if material else None
    return TriggerFired(
        noun_id=row.id,
        conversation_id=row.conversation_id,
        rule_id=row.rule_id,
        rule_version=row.rule_version,
        trigger_name=row.trigger_name,
        trigger_type=row.type,
        confidence=row.confidence,
        live=row.live,
        contact_id=row.contact_id,
        business_name=row.business_name,
        customer_name=row.customer_name,
        customer_phone=row.customer_phone,
        customer_email=row.customer_email,
        location=row.location,
        service_type=row.service_type,
        service_label=label,
        work_needed=row.work_needed or row.trigger_name,
        special_requirements=list(row.special_requirements),
        scheduled_from=_moment(timeline.get("from")),
        scheduled_to=_moment(timeline.get("to")),
        timeline_text=timeline.get("text"),
        budget=msgspec.to_builtins(budget) if budget else None,
        urgency=row.urgency,
        priority=row.priority,
        priority_level=row.priority_level,
        language=material.language if material else None,
        actions=rule["actions"],
        criteria=rule["vendor_selection_criteria"],
        act=act,
        is_scam=material.is_scam if material else False,
    )


def _event(
    work: Work, material: Material, one: Evaluation, *, at_seq: int | None, live: bool, priority: str | None
) -> TriggerEvent:
    slots, rule = material.analysis.slots, one.rule
    label = next((term.label for term in material.context.services if term.code == slots.service_type), None)
    urgent = priority_of(rule.actions.priority_level, slots.urgency_level)
    wished = _RAISED.get(priority or "low", "low")
    assert rule.id is not None, "only stored rules fire"
    return TriggerEvent(
        id=uuid7(),
        tenant_id=work.tenant_id,
        conversation_id=material.conversation_id,
        rule_id=rule.id,
        rule_version=rule.version,
        rule_snapshot=rule.snapshot(),
        trigger_name=f"{label or 'General'} service request"[:160],
        type=rule.type,
        confidence=one.confidence,
        at_seq=at_seq,
        live=live,
        status="active",
        contact_id=material.contact_id,
        business_name=slots.company_name,
        customer_name=(slots.customer_name or "")[:120] or None,
        customer_phone=slots.contact_phone or material.phone,
        customer_email=slots.contact_email,
        location=msgspec.to_builtins(slots.location) if slots.location else None,
        timeline=msgspec.to_builtins(slots.timeline) if slots.timeline else None,
        service_type=slots.service_type or (rule.services[0] if rule.services and len(rule.services) == 1 else None),
        work_needed=(slots.service_details or "")[:1000] or None,
        urgency=slots.urgency_level,
        priority=max(urgent, wished, key=_RANKS.index),
        priority_level=rule.actions.priority_level,
        special_requirements=list(slots.special_requirements),
        selected_vendor_ids=[],
        actions_taken=[],
        triggered_at=work.now,
    )


async def _open(work: Work, event_id: UUID) -> TriggerEvent:
    row = await store.event(work, event_id, lock=True)
    if row.status != "active":
        raise EventClosed.from_status(row.status)
    return row


async def _publish_dismissal(work: Work, row: TriggerEvent, *, by: str, reason: str) -> None:
    await work.publish(
        TriggerDismissed(
            noun_id=row.id,
            conversation_id=row.conversation_id,
            rule_id=row.rule_id,
            order_id=row.order_id,
            by=by,
            reason=reason,
        )
    )


async def _publish_completion(work: Work, row: TriggerEvent, note: str | None) -> None:
    await work.publish(
        TriggerCompleted(
            noun_id=row.id,
            conversation_id=row.conversation_id,
            rule_id=row.rule_id,
            order_id=row.order_id,
            note=note,
        )
    )


def _moment(value: Any) -> datetime | None:
    return msgspec.convert(value, datetime) if value else None


def _elapsed(start: datetime, end: datetime, unit: Decimal) -> Decimal:
    return (Decimal(str(max(0.0, (end - start).total_seconds()))) / unit).quantize(Decimal("0.01"))
