"""What managed calls need from outside: somebody who speaks on the phone by itself. Fails as `calling.ports` says."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from callout.features.calling.ports import Chosen, ProviderNumber
from callout.kit.db.work import Work


class ManagedAgent(msgspec.Struct, frozen=True, kw_only=True):
    """How the provider's agent speaks and what it says.

    Attributes:
        first_message: spoken whole, nobody can interrupt it. Variables are in double braces, `{{contact_name}}`.
        prompt: what it is to do, with variables likewise.
        variables: those of both texts; a call gives each a value.
        language: BCP 47.
        voice: the provider's id of the voice.
        voice_model: such as eleven_flash_v2_5; the nearest one that can hold a conversation is taken.
        stability, similarity_boost: 0..1.
        speed: 1.0 is the voice's own.
        llm: the language model; the provider's own choice where it does not have it.
        voicemail_message: said to a machine; None hangs up.
        records: the provider keeps the audio.
    """

    name: str
    first_message: str
    prompt: str
    variables: tuple[str, ...]
    language: str
    voice: str
    voice_model: str
    stability: float
    similarity_boost: float
    speed: float
    llm: str
    temperature: float
    max_tokens: int
    max_duration_s: int
    silence_timeout_s: int | None = None
    voicemail_message: str | None = None
    records: bool = False


class ManagedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to be placed.

    Attributes:
        to: E.164.
        agent_id, number_id: the provider's ids of the agent and of the number that calls.
        variables: values for those of the agent's texts, and further ones that come back with the transcript.
    """

    to: str
    agent_id: str
    number_id: str
    variables: Mapping[str, str]
    ring_timeout_s: int = 30


class ManagedTurn(msgspec.Struct, frozen=True, kw_only=True):
    """What one side said, `offset_s` seconds into the call."""

    speaker: Literal["agent", "customer"]
    text: str
    offset_s: int
    is_interrupted: bool = False


class ManagedConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A placed call as the provider has it.

    Attributes:
        call_id: the carrier's own id, such as Twilio's CA….
        variables: as they were given with the call.
        failure: the provider's words.
    """

    external_id: str
    status: Literal["dialing", "in_progress", "processing", "completed", "failed"]
    agent_id: str | None = None
    call_id: str | None = None
    to: str | None = None
    started_at: datetime | None = None
    duration_s: int | None = None
    turns: tuple[ManagedTurn, ...] = ()
    variables: Mapping[str, str] = {}
    has_audio: bool = False
    failure: str | None = None


class ManagedCalls(Protocol):
    """Agents and calls of one account. Made by the composition root; safe for concurrent use.

    Attributes:
        provider: such as elevenlabs.
    """

    provider: str

    async def put_agent(self, agent: ManagedAgent, external_id: str | None = None) -> str:
        """Makes an agent, or changes the one with this id; one that is gone is made anew. Returns its id.

        Raises:
            NotThere: no such voice.
            ProviderFailed: as its subclasses say.
        """

    async def delete_agent(self, external_id: str) -> bool:
        """Deletes an agent; False when it was not there.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def numbers(self) -> list[ProviderNumber]:
        """The numbers its agents may call from.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def place(self, call: ManagedCall) -> ManagedConversation:
        """Starts a call. Sent once and never repeated by the adapter: nothing protects from dialling twice.

        Raises:
            RequestRefused: the number is not accepted.
            NotThere: no such agent or number.
            ProviderFailed: as its subclasses say; with `may_have_happened` ask `placed` before dialling again.
        """

    async def conversation(self, external_id: str) -> ManagedConversation | None:
        """How a call stands; None when the provider does not have it.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    async def placed(self, agent_id: str, *, since: datetime, to: str) -> list[ManagedConversation]:
        """Calls of an agent to a number, started at or after a moment, newest first.

        Raises:
            ProviderFailed: as its subclasses say.
        """

    def audio(self, external_id: str) -> AsyncIterator[bytes]:
        """The recording (MP3) in parts; raises like the others, also midway."""


class ManagedAccess(Protocol):
    """Who places managed calls for a tenant."""

    async def managed_of(self, work: Work) -> Chosen[ManagedCalls] | None:
        """None when there is no key and no simulator may stand in."""
