"""Reads what rules found and did in a conversation, for features that show or build on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.tenant_store import own_tenant
from callout.features.triggers import store
from callout.features.triggers.ports import TriggeredOrders
from callout.features.triggers.tables import TriggerEvent
from callout.features.triggers.views import event_view, logged_view, progress_view
from callout.kit.db.work import Work
from callout.kit.text.masking import mask_contact_details


async def show_events(work: Work, orders: TriggeredOrders, rows: Sequence[TriggerEvent]) -> list[dict[str, Any]]:
    """Trigger events as the API shows them to whoever reads."""
    names = await store.rule_names(work, {row.rule_id for row in rows})
    summaries = await orders.summaries(work, [row.order_id for row in rows if row.order_id])
    currency = (await own_tenant(work)).currency
    shown = [
        event_view(
            row, names.get(row.rule_id), summaries.get(row.order_id) if row.order_id else None, currency=currency
        )
        for row in rows
    ]
    return [mask_contact_details(view) for view in shown] if await sees_masked(work) else shown


async def trigger_events(work: Work, orders: TriggeredOrders, conversation_id: UUID) -> list[dict[str, Any]]:
    """The trigger events of a conversation, the acting one first."""
    return await show_events(work, orders, await store.events_of_conversation(work, conversation_id))


async def evaluations(work: Work, conversation_id: UUID) -> list[dict[str, Any]]:
    """The logged evaluations of a conversation, oldest first."""
    return [logged_view(row) for row in await store.evaluations_of_conversation(work, conversation_id)]


async def progress(work: Work, conversation_id: UUID) -> list[dict[str, Any]]:
    """How near each rule was at its last evaluation."""
    return [progress_view(row) for row in (await store.latest_evaluations(work, conversation_id)).values()]


async def acting_event(work: Work, conversation_id: UUID) -> tuple[TriggerEvent | None, int]:
    """The event that acts in a conversation, and how many rules fired in it."""
    rows = await store.events_of_conversation(work, conversation_id)
    return next((row for row in rows if row.merged_into_id is None), None), len(rows)


async def forget(work: Work, conversation_id: UUID) -> None:
    """Erases what was kept of the words of a deleted conversation."""
    await store.forget_words(work, conversation_id)
