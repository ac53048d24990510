"""Somebody asked without ordering (acceptance example E13)."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from callout.features.notifications.call_news import inform_customer
from callout.features.notifications.tables import Message
from callout.features.triggers.events import TriggerFired
from callout.features.triggers.tables import TriggerEvent
from callout.kit.ids import uuid7

ASKED = {"create_order": False, "notify_vendors": True, "send_customer_email": True}


async def fired(desk: Any, actions: dict[str, bool], email: str | None, **changes: Any) -> list[dict[str, Any]]:
    """A rule fires; what became of its actions."""
    event_id, conversation_id, rule_id = uuid7(), uuid7(), uuid7()
    async with desk.database.transaction(desk.system) as work:
        work.session.add(
            TriggerEvent(
                id=event_id, conversation_id=conversation_id, rule_id=rule_id, rule_version=1, rule_snapshot={},
                trigger_name="Cleaning service request", type="service_inquiry", confidence=Decimal("0.9"), live=False,
                status="active", priority="medium", priority_level=3, triggered_at=work.now,
            )
        )  # fmt: skip
        await work.session.flush()
        facts = {
            "noun_id": event_id, "conversation_id": conversation_id, "rule_id": rule_id, "rule_version": 1,
            "trigger_name": "Cleaning service request", "trigger_type": "service_inquiry",
            "confidence": Decimal("0.9"), "live": False, "contact_id": None, "business_name": None,
            "customer_name": "Anna Reyes", "customer_phone": "+13055550100", "customer_email": email,
            "location": None, "service_type": "cleaning", "service_label": "Cleaning", "work_needed": "Cleaning",
            "special_requirements": [], "scheduled_from": None, "scheduled_to": None, "timeline_text": None,
            "budget": None, "urgency": "low", "priority": "medium", "priority_level": 3, "language": "en",
            "actions": actions, "criteria": {}, "act": True, "is_scam": False,
        }  # fmt: skip
        fact = TriggerFired(**(facts | changes))
        await inform_customer(work, fact)
        await inform_customer(work, fact)
    (row,) = await desk.rows(select(TriggerEvent).where(TriggerEvent.id == event_id))
    return [{name: one.get(name) for name in ("action", "ok", "error")} for one in row.actions_taken]


async def test_who_only_asked_is_written_to_once(desk: Any) -> None:
    taken = await fired(desk, ASKED, "anna@example.com")
    assert taken == [{"action": "send_customer_email", "ok": True, "error": None}]
    (message,) = await desk.rows(select(Message).where(Message.event == "service_information"))
    assert (message.channel, message.recipient_kind, message.status) == ("email", "customer", "queued")
    assert "Cleaning" in message.subject


async def test_without_an_address_it_is_written_down(desk: Any) -> None:
    assert await fired(desk, ASKED, None) == [{"action": "send_customer_email", "ok": False, "error": "no_email"}]


@pytest.mark.parametrize(
    ("actions", "changes"),
    [
        ({**ASKED, "create_order": True}, {}),
        ({**ASKED, "send_customer_email": False}, {}),
        (ASKED, {"act": False}),
        (ASKED, {"is_scam": True}),
    ],
)
async def test_nobody_else_is_written_to(desk: Any, actions: dict[str, bool], changes: dict[str, bool]) -> None:
    assert await fired(desk, actions, "anna@example.com", **changes) == []
    assert await desk.rows(select(Message).where(Message.event == "service_information")) == []
