"""The sales side of a conversation: lead facts, score, priority, outcome and follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from callout.features.conversations import lexicon
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import (
    CallContext,
    Intent,
    Lead,
    LeadStatus,
    OptOut,
    Outcome,
    Quality,
    Slots,
    Source,
)
from callout.features.conversations.text import sentences

_INTENT_FACTORS: dict[Intent, Decimal] = {
    "converted": Decimal("1.0"),
    "interested": Decimal("1.0"),
    "callback": Decimal("0.9"),
    "information": Decimal("0.8"),
    "neutral": Decimal("0.7"),
    "complaint": Decimal("0.5"),
    "not_interested": Decimal("0.2"),
}
_ENGAGED_TURNS = 5
_CONVERTED_FLOOR = 80
_FOLLOW_UP_DAYS: dict[LeadStatus, int] = {"interested": 1, "callback": 3, "new": 7, "not_interested": 30}
_FOLLOW_UP_HOUR = 9
_PRIORITY_OF_STATUS: dict[LeadStatus, int] = {
    "converted": 5,
    "interested": 4,
    "callback": 3,
    "new": 2,
    "not_interested": 1,
    "do_not_call": 1,
}
_MAX_LIST = 10
_PAIN_CHARS = 200


def quality(slots: Slots, customer_turns: int, intent: Intent, *, opted_out: bool) -> Quality:
    """Completeness, engagement and score of a lead (product specification §6.5)."""
    present = (slots.customer_name, slots.contact_phone or slots.contact_email, slots.location, slots.service_type)
    completeness = Decimal(sum(bool(value) for value in present)) / 4
    engagement = min(Decimal(1), Decimal(customer_turns) / _ENGAGED_TURNS)
    factor = Decimal(0) if opted_out else _INTENT_FACTORS[intent]
    score = int((50 * (completeness + engagement) * factor).quantize(Decimal(1), ROUND_HALF_UP))
    if intent == "converted" and not opted_out:
        score = max(score, _CONVERTED_FLOOR)
    return Quality(
        completeness=float(completeness),
        engagement=float(engagement),
        lead_score=score,
        conversion_probability=float((completeness * engagement * factor).quantize(Decimal("0.0001"))),
        next_action_clarity=1.0 if present[1] and present[2] else 0.5,
    )


def priority_of_score(score: int) -> int:
    """Priority level 1..5 of a lead score."""
    return min(5, score // 20 + 1)


def priority_of_status(status: LeadStatus) -> int:
    """Priority level that a lead status set by a person brings."""
    return _PRIORITY_OF_STATUS[status]


def follow_up(status: LeadStatus, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When to follow up on a status: nine o'clock in the contact's zone, aware UTC; None for never."""
    days = _FOLLOW_UP_DAYS.get(status)
    if days is None:
        return None
    local = (now.astimezone(zone) + timedelta(days=days)).replace(
        hour=_FOLLOW_UP_HOUR, minute=0, second=0, microsecond=0
    )
    return local.astimezone(ZoneInfo("UTC"))


def outcome(intent: Intent, score: int, opt_out: OptOut | None, now: datetime | None, zone: ZoneInfo) -> Outcome:
    """What follows from the primary intent and the score."""
    status: LeadStatus = "new"
    if opt_out:
        status = "do_not_call"
        category, action = "not_qualified", "do_not_contact"
    elif intent in ("interested", "converted"):
        status = "interested" if intent == "interested" else "converted"
        category, action = "qualified_lead", "schedule_visit"
    elif intent == "callback":
        status, category, action = "callback", "follow_up_scheduled", "schedule_follow_up"
    elif intent == "not_interested":
        status, category, action = "not_interested", "not_qualified", "add_to_nurture"
    else:
        category, action = "information_gathered", "send_information"
    return Outcome(
        lead_status=status,
        priority_level=priority_of_score(score),
        outcome_category=category,  # type: ignore[arg-type]
        next_action=action,  # type: ignore[arg-type]
        follow_up_at=follow_up(status, now, zone) if now else None,
        opt_out=opt_out,
    )


def company_size(employees: int | None) -> Literal["small", "medium", "large", "enterprise"] | None:
    """The size class of a head count."""
    if employees is None:
        return None
    if employees < 10:
        return "small"
    if employees < 50:
        return "medium"
    return "large" if employees < 200 else "enterprise"


def lead(heard: Sequence[Heard], slots: Slots, context: CallContext) -> Lead:
    """The facts about the customer as a prospect: what was said first, then what is on file."""
    contact = context.contact
    customer = [turn for turn in heard if turn.speaker == "customer"]
    values: dict[str, object | None] = {
        "business_name": slots.company_name,
        "contact_name": slots.customer_name,
        "email": slots.contact_email,
        "phone_number": slots.contact_phone,
        "decision_maker": _decides(customer),
        "pain_points": _pain_points(customer),
        "interests": _interests(customer),
        "budget_range": slots.budget_range,
        "timeline": slots.timeline,
    }
    same_name = {
        "business_name": "company_name",
        "contact_name": "customer_name",
        "email": "contact_email",
        "phone_number": "contact_phone",
    }
    sources: dict[str, Source] = {
        field: slots.sources.get(same_name.get(field, field), "rules")
        for field, value in values.items()
        if value not in (None, ())
    }
    if contact:
        filed = {
            "owner_name": contact.owner_name,
            "industry": contact.industry,
            "website": contact.website,
            "company_size": company_size(contact.employees),
        }
        values.update(filed)
        sources.update({field: "contact" for field, value in filed.items() if value})
    return Lead(**values, sources=sources)  # type: ignore[arg-type]


def _decides(customer: Sequence[Heard]) -> bool | None:
    answer: bool | None = None
    for turn in customer:
        for hit in lexicon.needs(turn.words):
            if hit.label in ("owner", "not_owner") and not turn.words.negated(hit.first):
                answer = hit.label == "owner"
    return answer


def _pain_points(customer: Sequence[Heard]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for turn in customer:
        for hit in lexicon.needs(turn.words):
            if hit.label != "problem" or turn.words.negated(hit.first):
                continue
            start, _ = turn.words.span(hit.first, hit.last)
            for first, last in sentences(turn.turn.content):
                if first <= start < last:
                    found[turn.turn.content[first:last].strip()[:_PAIN_CHARS]] = None
    return tuple(found)[:_MAX_LIST]


def _interests(customer: Sequence[Heard]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for turn in customer:
        for mention in turn.services:
            if not mention.negated:
                found[mention.code] = None
    return tuple(found)[:_MAX_LIST]
