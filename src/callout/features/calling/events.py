"""Facts agents and voices publish (product specification §9.1); the other rooms have their own."""

from typing import ClassVar

from callout.kit.events import Event


class AgentUpdated(Event, frozen=True):
    type: ClassVar[str] = "agent.updated"
    change: str
    """created, updated, deleted, or deactivated by the system."""
    name: str
    status: str


class VoiceStatusChanged(Event, frozen=True):
    type: ClassVar[str] = "voice.status"
    name: str
    status: str
    previous: str | None = None
    failure_reason: str | None = None
    agents_stopped: tuple[str, ...] = ()
    """Ids of agents that became inactive by it."""


class KnowledgeIndexed(Event, frozen=True):
    """A knowledge base was read, or could not be."""

    type: ClassVar[str] = "knowledge.indexed"
    name: str
    status: str
    failure_reason: str | None = None
    chunks: int = 0
