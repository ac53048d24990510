"""How much the talk around the hits looks like what a type of rule waits for."""

from __future__ import annotations

from decimal import Decimal

from callout.features.triggers.model import Component, RuleType
from callout.features.triggers.speech import Speech

_EMERGENCY_STEP, _EMERGENCY_CAP = Decimal("0.2"), Decimal("0.6")


def context(rule_type: RuleType, speech: Speech) -> Component:
    """The context part C of the confidence, 0..1 (product specification §6.6)."""
    match rule_type:
        case "emergency_service":
            return _emergency(speech)
        case "quotation_sending":
            return _sum((_said(speech, "price"), "0.6"), (_said(speech, "inquiry", "request"), "0.4"))
        case "order_booking":
            return _sum((_said(speech, "confirmation"), "0.5"), (_committed(speech), "0.5"))
        case "service_inquiry":
            return _sum((_service(speech), "0.5"), (_said(speech, "question", "request"), "0.5"))
        case _:
            return _sum((_said(speech, "request"), "0.4"), (_service(speech), "0.3"), (_address(speech), "0.3"))


def _emergency(speech: Speech) -> Component:
    urgent = {hit.phrase for _, hit in speech.needs if hit.label == "urgency"}
    trouble = _said(speech, "problem")
    value = min(_EMERGENCY_CAP, _EMERGENCY_STEP * len(urgent)) + (Decimal("0.4") if trouble else 0)
    return Component(value=value, hits=(*sorted(urgent), *trouble))


def _sum(*parts: tuple[tuple[str, ...], str]) -> Component:
    value = sum((Decimal(weight) for hits, weight in parts if hits), Decimal(0))
    return Component(value=value, hits=tuple(hit for hits, _ in parts for hit in hits))


def _said(speech: Speech, *labels: str) -> tuple[str, ...]:
    """The first phrase of these kinds that was said, if any."""
    for words, hit in speech.needs:
        if hit.label in labels:
            return (words.quote(hit.first, hit.last),)
    return ()


def _service(speech: Speech) -> tuple[str, ...]:
    return (speech.analysis.slots.service_type or "service",) if speech.service_said else ()


def _address(speech: Speech) -> tuple[str, ...]:
    """The address that was said in the call; one on file is no evidence."""
    slots = speech.analysis.slots
    if slots.location is None or slots.sources.get("location") == "contact":
        return ()
    return (slots.location.address or slots.location.city or "address",)


def _committed(speech: Speech) -> tuple[str, ...]:
    timeline = speech.analysis.slots.timeline
    if timeline is not None:
        return (timeline.text,)
    return _address(speech) or _said(speech, "payment")
