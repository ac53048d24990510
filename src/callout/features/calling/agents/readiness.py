"""Whether an agent can call, and why not (pure)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from callout.features.calling.agents.disclosure import complaint
from callout.features.calling.agents.tables import Agent, KnowledgeBase
from callout.features.calling.voices.standing import AT_WORK, unusable
from callout.features.calling.voices.tables import Voice, VoiceLicence

Shown = Literal["active", "inactive", "training"]


def not_ready_reasons(
    agent: Agent, voice: Voice | None, licence: VoiceLicence | None, bases: Sequence[KnowledgeBase], now: datetime
) -> list[str]:
    """Why an agent cannot call now; empty when it can.

    A knowledge base that could not be read holds no call up: what was read of the others is there.
    """
    reasons = ["inactive"] if agent.status != "active" else []
    reason = unusable(voice, licence, now)
    if reason is not None:
        reasons.append(reason)
    if complaint(agent.disclosure_line, agent.language) is not None:
        reasons.append("disclosure_missing")
    if agent.enable_rag and any(base.is_active and base.index_status == "pending" for base in bases):
        reasons.append("knowledge_not_ready")
    return reasons


def shown_status(agent: Agent, voice: Voice | None, bases: Sequence[KnowledgeBase]) -> Shown:
    """`training` while the voice or the knowledge of an active agent is being made."""
    if agent.status != "active":
        return "inactive"
    is_made = voice is not None and voice.status in AT_WORK
    is_read = agent.enable_rag and any(base.is_active and base.index_status == "pending" for base in bases)
    return "training" if is_made or is_read else "active"
