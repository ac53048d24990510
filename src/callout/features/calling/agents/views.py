"""What agents show (API specification §9)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from callout.features.calling.agents import store
from callout.features.calling.agents.readiness import not_ready_reasons, shown_status
from callout.features.calling.agents.tables import Agent, KnowledgeBase
from callout.features.calling.voices import store as voice_store
from callout.features.calling.voices.tables import Voice, VoiceLicence
from callout.features.prospecting.views import columns_of
from callout.kit.db.work import Work

View = dict[str, Any]


class Surroundings(msgspec.Struct, frozen=True):
    """What the standing of some agents depends on."""

    voices: dict[UUID, Voice]
    licences: dict[UUID, VoiceLicence]
    bases: dict[UUID, KnowledgeBase]
    now: datetime

    def of(self, agent: Agent) -> tuple[Voice | None, VoiceLicence | None, list[KnowledgeBase]]:
        """The voice, licence and knowledge of one of them."""
        bases = [self.bases[UUID(base_id)] for base_id in agent.knowledge_base_ids if UUID(base_id) in self.bases]
        return self.voices.get(agent.voice_id), self.licences.get(agent.voice_id), bases

    def status(self, agent: Agent) -> str:
        """The status that is shown."""
        voice, _, bases = self.of(agent)
        return shown_status(agent, voice, bases)

    def not_ready(self, agent: Agent) -> list[str]:
        """Why it cannot call now."""
        return not_ready_reasons(agent, *self.of(agent), self.now)


async def surroundings(work: Work, agents: Sequence[Agent]) -> Surroundings:
    """Reads what the standing of agents depends on, in three statements however many they are."""
    voices = await voice_store.by_ids(work, [agent.voice_id for agent in agents])
    cloned = [voice.id for voice in voices.values() if voice.kind == "cloned"]
    licences = await voice_store.licences(work, cloned) if cloned else {}
    base_ids = {UUID(base_id) for agent in agents for base_id in agent.knowledge_base_ids}
    return Surroundings(voices, licences, await store.bases(work, base_ids) if base_ids else {}, work.now)


def agent_view(agent: Agent, around: Surroundings) -> View:
    """Shape Agent."""
    voice, _, _ = around.of(agent)
    reasons = around.not_ready(agent)
    return columns_of(agent, "deleted_at", "inactive_reason") | {
        "status": around.status(agent),
        "inactive_reason": agent.inactive_reason,
        "voice": {"id": agent.voice_id, "name": voice.name, "status": voice.status} if voice is not None else None,
        "ready": not reasons,
        "not_ready_reasons": reasons,
    }
