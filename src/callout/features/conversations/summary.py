"""One sentence about a conversation, made of what the analysis found."""

from callout.features.conversations.model import Analysis, Place

_WISH = {
    "interested": "is interested in {service}",
    "converted": "agreed to {service}",
    "callback": "asks to be called back about {service}",
    "information": "asked about {service}",
    "complaint": "complained about {service}",
    "not_interested": "does not want {service}",
    "neutral": "talked about {service}",
}
_NEXT = {
    "schedule_visit": "Next: schedule the visit.",
    "schedule_follow_up": "Next: call again.",
    "send_information": "Next: send information.",
    "add_to_nurture": "Next: keep in touch.",
    "do_not_contact": "Do not contact again.",
    "none": "",
}


def summarise(analysis: Analysis) -> str:
    """Who wants what, where, and what is next; at most 2000 characters."""
    slots = analysis.slots
    who = slots.customer_name or slots.company_name or "The customer"
    service = (slots.service_type or "the offer").replace("_", " ")
    wish = _WISH[analysis.intent.primary].format(service=service)
    where = _where(slots.location)
    when = f", {slots.timeline.text}" if slots.timeline else ""
    urgency = f" Urgency: {slots.urgency_level}." if slots.urgency_level != "low" else ""
    return f"{who} {wish}{where}{when}.{urgency} {_NEXT[analysis.outcome.next_action]}".strip()[:2000]


def _where(place: Place | None) -> str:
    known = [part for part in (place.address, place.city) if part] if place else []
    return f" at {', '.join(known)}" if known else ""
