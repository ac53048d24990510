"""Evidence for triggers and fraud in a talk so far. Pure; run off the reply path after each final turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from callout.features.calling.brain.brief import Brief
from callout.features.calling.brain.listening import EAR
from callout.features.conversations import scam
from callout.features.conversations.analysis import conclude
from callout.features.conversations.model import Analysis, Turn
from callout.features.triggers.evaluation import evaluate, hints
from callout.features.triggers.speech import hear


class RuleProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How near a trigger rule is; `missing` are the required details that are not known."""

    rule_id: str | None
    name: str
    type: str
    confidence: float
    threshold: float
    triggered: bool
    missing: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a study of the talk found.

    Attributes:
        at_seq: the last turn it knows.
        risk: the fraud risk 0..1; `families` what it is made of.
        intent, sentiment, slots: what the customer wants, how they feel (-1..1), and what dispatch would need to know.
    """

    at_seq: int
    rules: tuple[RuleProgress, ...] = ()
    hints: tuple[str, ...] = ()
    risk: float = 0.0
    severity: str = "minimal"
    scam_type: str | None = None
    is_scam: bool = False
    recommendations: tuple[str, ...] = ()
    families: dict[str, Any] = {}
    intent: str | None = None
    sentiment: float | None = None
    slots: dict[str, Any] = {}


def study(brief: Brief, turns: Sequence[Turn], asked: Sequence[str] = ()) -> Finding:
    """Hold the tenant's rules against the talk and assess it.

    Args:
        brief: rules, services and thresholds.
        turns: `State.turns`.
        asked: details the agent was told to ask for already (`State.hinted`).
    """
    analysis = analysis_of(brief, turns)
    evaluations = evaluate(brief.rules, hear(turns, analysis, brief.context.services)) if brief.rules else []
    suspicion = scam.assess(turns, brief.scam.threshold) if brief.scam.enabled else None
    return Finding(
        at_seq=turns[-1].seq if turns else 0,
        rules=tuple(
            RuleProgress(
                rule_id=str(one.rule.id) if one.rule.id else None,
                name=one.rule.name,
                type=one.rule.type,
                confidence=float(one.confidence),
                threshold=float(one.rule.confidence_threshold),
                triggered=one.triggered,
                missing=one.gate.missing,
            )
            for one in evaluations
            if one.confidence > 0
        ),
        hints=tuple(hints(evaluations, asked, brief.max_slot_hints)),
        risk=suspicion.risk_score if suspicion else 0.0,
        severity=suspicion.severity if suspicion else "minimal",
        scam_type=suspicion.scam_type if suspicion else None,
        is_scam=suspicion.is_scam if suspicion else False,
        recommendations=suspicion.recommendations if suspicion else (),
        families=suspicion.families if suspicion else {},
        intent=analysis.intent.primary,
        sentiment=analysis.sentiment.score,
        slots=msgspec.to_builtins(analysis.slots),
    )


def analysis_of(brief: Brief, turns: Sequence[Turn]) -> Analysis:
    """The analysis of the talk so far, as conversations make it."""
    return conclude(EAR.hear(f"{brief.call_id}/study", turns, brief.context), brief.context)
