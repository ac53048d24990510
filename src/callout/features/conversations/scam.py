"""How much a talk looks like fraud, by either side (product specification §6.9). Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from callout.features.conversations import scam_patterns
from callout.features.conversations.lexicon import table
from callout.features.conversations.model import Turn
from callout.features.conversations.text import Words

MODEL_VERSION: Final = "rules-1"
FAMILIES: Final = ("urgency", "authority", "payment", "pii", "remote_access", "prize")
WEIGHTS: Final = {"strong": 0.7, "medium": 0.5, "weak": 0.3}
_BASE: Final = -3.5
_LINEAR: Final = {
    "urgency": 1.2,
    "authority": 1.6,
    "payment": 2.2,
    "pii": 2.0,
    "remote_access": 3.0,
    "prize": 2.6,
}
_TYPES: Final = {
    "remote_access": "tech_support",
    "payment": "financial",
    "authority": "authority_impersonation",
    "prize": "prize",
    "pii": "identity_theft",
    "urgency": "other",
}
_SEVERITIES: Final = ((0.2, "minimal"), (0.4, "low"), (0.6, "medium"), (0.8, "high"))


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """One phrase that speaks for fraud; `start`, `end` are character offsets in its turn."""

    seq: int
    speaker: str
    family: str
    text: str
    start: int
    end: int
    weight: float


class ScamFinding(msgspec.Struct, frozen=True, kw_only=True):
    """The assessment of a talk. `subject` is the side that looks fraudulent, None when there is no evidence."""

    is_scam: bool
    risk_score: float
    confidence: float
    severity: str
    scam_type: str | None
    subject: str | None
    families: dict[str, dict[str, Any]]
    evidence: tuple[Suspicion, ...]
    recommendations: tuple[str, ...]
    threshold: float
    model_version: str = MODEL_VERSION


def assess(turns: Sequence[Turn], threshold: float) -> ScamFinding:
    """Assesses a talk; more turns never lower the risk.

    Args:
        turns: in order of speech.
        threshold: the risk (0..1) from which it counts as a scam.
    """
    found = [suspicion for turn in turns if turn.speaker != "system" for suspicion in _suspicions(turn)]
    by_speaker = {side: [one for one in found if one.speaker == side] for side in ("customer", "agent")}
    scores = {side: family_scores(evidence) for side, evidence in by_speaker.items()}
    risks = {side: risk_of(score) for side, score in scores.items()}
    worst = max(risks, key=lambda side: risks[side])
    risk = risks[worst]
    guilty = [side for side, value in risks.items() if value >= threshold]
    kind = _kind(scores[worst]) if found else None
    return ScamFinding(
        is_scam=risk >= threshold,
        risk_score=round(risk, 4),
        confidence=round(abs(risk - threshold) / max(threshold, 1 - threshold), 4),
        severity=severity_of(risk),
        scam_type=kind,
        subject=("both" if len(guilty) == 2 else worst) if found else None,
        families=_families(scores[worst], by_speaker[worst]),
        evidence=tuple(found),
        recommendations=tuple(table("scam")["advice"][kind]) if kind and risk >= threshold else (),
        threshold=threshold,
    )


def family_scores(evidence: Sequence[Suspicion]) -> dict[str, float]:
    """Score 0..1 per family, one minus the product of (1 - w) over the distinct phrases of one speaker."""
    scores = {}
    for family in FAMILIES:
        weights: dict[str, float] = {}
        for one in evidence:
            if one.family == family:
                text = one.text.casefold()
                weights[text] = max(weights.get(text, 0.0), one.weight)
        scores[family] = 1 - math.prod(1 - weight for weight in weights.values())
    return scores


def risk_of(scores: Mapping[str, float]) -> float:
    """The risk 0..1 of one speaker."""
    z = _BASE + sum(_LINEAR[family] * scores[family] for family in FAMILIES)
    z += 1.2 * scores["payment"] * max(scores["urgency"], scores["authority"], scores["prize"])
    z += 1.2 * scores["pii"] * max(scores["authority"], scores["urgency"])
    z += 1.0 * scores["remote_access"] * scores["authority"]
    return 1 / (1 + math.exp(-z))


def severity_of(risk: float) -> str:
    """The class of a risk."""
    return next((name for limit, name in _SEVERITIES if risk < limit), "critical")


def _kind(scores: Mapping[str, float]) -> str:
    return _TYPES[max(FAMILIES, key=lambda family: _LINEAR[family] * scores[family])]


def _families(scores: Mapping[str, float], evidence: Sequence[Suspicion]) -> dict[str, dict[str, Any]]:
    return {
        family: {
            "score": round(scores[family], 4),
            "hits": sorted({one.text for one in evidence if one.family == family}),
        }
        for family in FAMILIES
    }


def _suspicions(turn: Turn) -> list[Suspicion]:
    words = Words(turn.content)
    found = []
    for family, strength, first, last in scam_patterns.find(words):
        if words.negated(first):
            continue
        start, end = words.span(first, last)
        found.append(
            Suspicion(
                seq=turn.seq,
                speaker=turn.speaker,
                family=family,
                text=turn.content[start:end],
                start=start,
                end=end,
                weight=WEIGHTS[strength],
            )
        )
    return found
