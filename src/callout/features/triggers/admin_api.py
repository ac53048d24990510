"""Trigger events and evaluations for admins: `/api/admin/vendor-selection`."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.params import Dependency

from callout.features.accounts.permissions import allow
from callout.features.conversations.material import material_of
from callout.features.triggers import choice, firing, reading, rules, rules_admin_api, store, views
from callout.features.triggers.evaluation import evaluate as hold
from callout.features.triggers.ports import TriggeredOrders
from callout.features.triggers.schemas import (
    DismissIn,
    EvaluationFilters,
    EventFilters,
    HandleIn,
    OrderOverrides,
    ProcessIn,
)
from callout.features.triggers.service import evaluate
from callout.features.triggers.speech import hear
from callout.features.triggers.tables import TriggerEvaluation, TriggerEvent
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created, versioned

PREFIX = "/api/admin/vendor-selection"
ONE = "/trigger-events/{event_id:uuid}"
AnyResponse = Response[Any]
AnyRequest = Request[Any, Any, Any]
GivenOrders = Annotated[TriggeredOrders, Dependency(skip_validation=True)]


@get("/trigger-events", guards=[allow("trigger_event.read")], filters=EventFilters)
async def list_events(
    work: Work, filters: Filtered[EventFilters], triggered_orders: GivenOrders, request: AnyRequest
) -> AnyResponse:
    """Rules that fired, newest first."""
    conditions = [
        *store.any_of(TriggerEvent.status, filters.status),
        *store.any_of(TriggerEvent.type, filters.type),
        *store.any_of(TriggerEvent.rule_id, filters.rule_id),
        *store.any_of(TriggerEvent.service_type, filters.service_type),
        *store.any_of(TriggerEvent.order_id, filters.order_id),
        *store.any_of(TriggerEvent.conversation_id, filters.conversation_id),
        *store.any_of(TriggerEvent.priority, filters.priority),
    ]
    if filters.triggered_from:
        conditions.append(TriggerEvent.triggered_at >= filters.triggered_from)
    if filters.triggered_to:
        conditions.append(TriggerEvent.triggered_at < filters.triggered_to)
    if filters.live is not None:
        conditions.append(TriggerEvent.live.is_(filters.live))
    if filters.q:
        conditions.append(store.event_search(filters.q))
    rows, total = await store.event_page(work, conditions, filters.order(), limit=filters.limit, offset=filters.offset)
    shown = await reading.show_events(work, triggered_orders, rows)
    return listed(filters, shown, total, request=request)


@get(ONE, guards=[allow("trigger_event.read")])
async def read_event(work: Work, event_id: UUID, triggered_orders: GivenOrders) -> AnyResponse:
    """One firing."""
    return await _answer(work, triggered_orders, await store.event(work, event_id))


@post(f"{ONE}/dismiss", guards=[allow("trigger_event.dismiss")], status_code=200)
async def dismiss_event(work: Work, event_id: UUID, data: DismissIn, triggered_orders: GivenOrders) -> AnyResponse:
    """Says that nothing is to be done."""
    return await _answer(work, triggered_orders, await firing.dismiss(work, event_id, data.dismissed_reason))


@post(f"{ONE}/handle", guards=[allow("trigger_event.handle")], status_code=200)
async def handle_event(
    work: Work, event_id: UUID, triggered_orders: GivenOrders, data: HandleIn | None = None
) -> AnyResponse:
    """Says that it was taken care of by hand."""
    note = data.handled_note if data else None
    return await _answer(work, triggered_orders, await firing.handle(work, event_id, note))


@post(f"{ONE}/create-order", guards=[allow("order.create", roles="OM")])
async def create_order(
    work: Work, event_id: UUID, triggered_orders: GivenOrders, data: OrderOverrides | None = None
) -> AnyResponse:
    """Makes the order of a firing by hand."""
    order = await firing.create_order(work, triggered_orders, event_id, data.given() if data else {})
    return created(order, f"/api/admin/orders/{order['id']}")


@get("/evaluations", guards=[allow("trigger_event.read")], filters=EvaluationFilters)
async def list_evaluations(work: Work, filters: Filtered[EvaluationFilters], request: AnyRequest) -> AnyResponse:
    """The evaluation log, newest first; `next_cursor` continues it."""
    conditions = [
        *store.any_of(TriggerEvaluation.conversation_id, filters.conversation_id),
        *store.any_of(TriggerEvaluation.rule_id, filters.rule_id),
        *store.any_of(TriggerEvaluation.phase, filters.phase),
    ]
    if filters.triggered is not None:
        conditions.append(TriggerEvaluation.triggered.is_(filters.triggered))
    if filters.at_from:
        conditions.append(TriggerEvaluation.created_at >= filters.at_from)
    if filters.at_to:
        conditions.append(TriggerEvaluation.created_at < filters.at_to)
    rows, total = await store.evaluation_page(
        work, conditions, filters.order(), limit=filters.limit, offset=filters.offset, after=filters.cursor
    )
    cursor = str(rows[-1].id) if len(rows) == filters.limit else None
    return listed(filters, [views.logged_view(row) for row in rows], total, request=request, next_cursor=cursor)


@post("/process-conversation", guards=[allow("conversation.reprocess")], status_code=200)
async def process_conversation(work: Work, data: ProcessIn) -> dict[str, Any]:
    """Holds the active rules against a stored conversation, and lets them act unless `dry_run`."""
    material = await material_of(work, data.conversation_id)
    if data.dry_run:
        active = [rules.rule_of(row) for row in await store.active_rules(work)]
        evaluations = hold(active, hear(material.turns, material.analysis, material.context.services))
    else:
        evaluations = (await evaluate(work, material, "final")).evaluations
    acting, _ = await reading.acting_event(work, data.conversation_id)
    ranked = choice.ranked(evaluations)
    best = ranked[0] if ranked else max(evaluations, key=lambda one: one.confidence, default=None)
    shown = None if data.dry_run else acting
    return {
        "triggered": bool(ranked),
        "trigger_name": best.rule.name if ranked and best else None,
        "vendors": list(shown.selected_vendor_ids) if shown else [],
        "actions_taken": list(shown.actions_taken) if shown else [],
        "order_id": str(shown.order_id) if shown and shown.order_id else None,
        "confidence": float(best.confidence) if best else None,
        "reason": best.reason if best else "no active rule",
    }


async def _answer(work: Work, orders: TriggeredOrders, row: TriggerEvent) -> AnyResponse:
    [shown] = await reading.show_events(work, orders, [row])
    return versioned(shown, row.version)


router = Router(
    PREFIX,
    route_handlers=[
        list_events,
        read_event,
        dismiss_event,
        handle_event,
        create_order,
        list_evaluations,
        process_conversation,
    ],
    tags=["trigger events"],
)

routers = [rules_admin_api.router, router]
