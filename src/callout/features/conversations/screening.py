"""Keeps the scam assessment of a conversation, and tells when it looks like fraud."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations import store
from callout.features.conversations.events import ScamDetected
from callout.features.conversations.model import Turn
from callout.features.conversations.scam import ScamFinding, assess
from callout.features.conversations.tables import Conversation, ScamAssessment
from callout.kit.db.work import Work


async def screen(work: Work, conversation: Conversation, turns: Sequence[Turn]) -> bool:
    """Assesses the turns so far; the risk of a call never falls. The conversation is locked.

    Returns:
        Whether it counts as a scam.
    """
    settings = await tenant_settings(work)
    if not settings["scam.enabled"]:
        return False
    started = time.perf_counter()
    finding = assess(turns, float(settings["scam.threshold"]))
    known = await store.scam_of(work, conversation.id, finding.model_version)
    if known is not None and known.risk_score > finding.risk_score:
        return known.is_scam
    values = _values(finding)
    values["processing_ms"] = round((time.perf_counter() - started) * 1000)
    values["action_taken"] = _action(finding, settings) if finding.is_scam else "none"
    newly = finding.is_scam and not (known is not None and known.is_scam)
    if known is None:
        work.session.add(ScamAssessment(tenant_id=work.tenant_id, conversation_id=conversation.id, **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    conversation.is_scam = finding.is_scam
    conversation.risk_score = finding.risk_score
    conversation.severity = finding.severity
    if newly:
        await _tell(work, conversation, finding, values["action_taken"])
    return finding.is_scam


async def _tell(work: Work, conversation: Conversation, finding: ScamFinding, action: str) -> None:
    strongest = max(finding.evidence, key=lambda one: one.weight)
    await work.publish(
        ScamDetected(
            noun_id=conversation.id,
            severity=finding.severity,
            scam_type=finding.scam_type,
            subject=finding.subject,
            risk_score=finding.risk_score,
            action=action,
            quote=strongest.text,
        )
    )


def _values(finding: ScamFinding) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(finding)
    return plain


def _action(finding: ScamFinding, settings: Any) -> str:
    """What the tenant wants done; ending a call needs a risk above its own threshold."""
    action = str(settings["scam.action"])
    if action == "end_call" and finding.risk_score < float(settings["scam.end_call_threshold"]):
        return "alert"
    return action
