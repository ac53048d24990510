"""Holds rules against a conversation: confidence in exact decimals, gate, veto, and whether they fire."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from callout.features.triggers import stance
from callout.features.triggers.context import context
from callout.features.triggers.gate import gate
from callout.features.triggers.matching import compiled
from callout.features.triggers.model import Component, Components, Evaluation, Gate, Rule, Verdict
from callout.features.triggers.speech import Speech

_ONE, _ZERO = Decimal(1), Decimal(0)
_PLACES = Decimal("0.0001")
_WEIGHTS = {
    "keywords": Decimal("0.70"),
    "phrases": Decimal("0.85"),
    "semantic": Decimal("0.60"),
    "context": Decimal("0.55"),
    "llm": Decimal("0.85"),
}
_KEYWORD_MISS, _PHRASE_MISS = Decimal("0.5"), Decimal("0.25")
_SIMILARITY_FLOOR, _SIMILARITY_SPAN = Decimal("0.55"), Decimal("0.35")
_HINT_ORDER = ("location", "customer_name", "contact_details", "service_type", "timeline", "budget", "urgency")


def evaluate(
    rules: Sequence[Rule],
    speech: Speech,
    *,
    similarities: Mapping[UUID, Decimal] | None = None,
    verdicts: Mapping[UUID, Verdict] | None = None,
) -> list[Evaluation]:
    """Hold every rule against the conversation.

    Args:
        rules: those to evaluate, drafts included.
        speech: the prepared conversation.
        similarities: best cosine 0..1 of a customer turn to each rule's meaning, where known.
        verdicts: a model's opinion on each rule, where asked.
    """
    similarities, verdicts = similarities or {}, verdicts or {}
    return [
        _evaluate(
            rule, speech, similarities.get(rule.id) if rule.id else None, verdicts.get(rule.id) if rule.id else None
        )
        for rule in rules
    ]


def confidence(components: Components) -> Decimal:
    """E x N of product specification §6.6, 4 places, half to even."""
    missed = _ONE
    for part, weight in _WEIGHTS.items():
        missed *= _ONE - weight * getattr(components, part).value
    return ((_ONE - missed) * components.negative.value).quantize(_PLACES, ROUND_HALF_EVEN)


def hints(evaluations: Sequence[Evaluation], asked: Sequence[str], limit: int) -> list[str]:
    """The missing details the speaking agent should ask for: each once, at most `limit` in a call."""
    missing = {slot for one in evaluations if one.reached and not one.gate.is_open for slot in one.gate.missing}
    fresh = [slot for slot in _HINT_ORDER if slot in missing and slot not in asked]
    return fresh[: max(0, limit - len(asked))]


def _evaluate(rule: Rule, speech: Speech, similarity: Decimal | None, verdict: Verdict | None) -> Evaluation:
    started = time.perf_counter()
    service = speech.analysis.slots.service_type
    if rule.services and service and service not in rule.services:
        return Evaluation(
            rule=rule,
            triggered=False,
            confidence=_ZERO.quantize(_PLACES),
            components=Components(),
            gate=Gate(),
            vetoed_by=None,
            reason="wrong_service",
        )
    reading = stance.read(compiled(rule), speech)
    components = Components(
        keywords=Component(value=_ONE - _KEYWORD_MISS ** len(reading.keywords), hits=tuple(reading.keywords.values())),
        phrases=Component(value=_ONE - _PHRASE_MISS ** len(reading.phrases), hits=tuple(reading.phrases.values())),
        semantic=Component(value=_semantic(similarity)),
        context=context(rule.type, speech),
        llm=_opinion(verdict),
        negative=reading.penalty,
    )
    value = confidence(components)
    opened = gate(rule.conditions, speech.analysis.slots)
    reached = value >= rule.confidence_threshold
    fired = reached and opened.is_open and reading.veto is None
    return Evaluation(
        rule=rule,
        triggered=fired,
        confidence=value,
        components=components,
        gate=opened,
        vetoed_by=reading.veto,
        reason=_reason(reached, opened, reading),
        ms=round((time.perf_counter() - started) * 1000),
    )


def _semantic(similarity: Decimal | None) -> Decimal:
    if similarity is None:
        return _ZERO
    return max(_ZERO, min(_ONE, (similarity - _SIMILARITY_FLOOR) / _SIMILARITY_SPAN))


def _opinion(verdict: Verdict | None) -> Component:
    if verdict is None or not verdict.validated:
        return Component()
    return Component(value=verdict.confidence, hits=(verdict.quote,))


def _reason(reached: bool, opened: Gate, reading: stance.Reading) -> str:
    if reading.veto is not None:
        return "opt_out" if reading.veto.kind == "opt_out" else "vetoed by the customer"
    if not reached:
        return "confidence below threshold"
    return "fired" if opened.is_open else "confidence reached, required details missing"
