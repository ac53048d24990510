"""What conversations need from outside and from features above; the composition root hands it in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from callout.kit.db.work import Work
from callout.kit.timed_hmac import Verdict


class SignatureCheck(Protocol):
    """Checks a provider's signature over a raw body, in constant time."""

    def __call__(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Verdict:
        """Says whether the body is the provider's.

        Args:
            headers: request headers, names in lower case.
            body: the bytes as received.
            secrets: every secret that is valid now (two while one is being rotated).
            now: aware UTC.
        """
        ...


class WebhookSecrets(Protocol):
    """What providers sign their webhooks with."""

    async def webhook_secrets(self, work: Work, provider: str) -> Sequence[str]:
        """The tenant's secrets of a provider; the sandbox's where no key is stored and the sandbox may answer."""
        ...


class MadeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a conversation: triggers, the order, the vendors offered it, the steps taken."""

    triggers_detected: int = 0
    order_id: UUID | None = None
    vendors_selected: tuple[UUID, ...] = ()
    actions_taken: tuple[dict[str, Any], ...] = ()


class Outcomes(Protocol):
    """Reads back what features above made of a conversation."""

    async def made_of(self, work: Work, conversation_id: UUID) -> MadeOrder:
        """What the reactions to `conversation.processed` left, up to now."""
        ...

    async def progress(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """How near each trigger rule is to firing in a running call."""
        ...

    async def trigger_events(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """The trigger events of a conversation as the API shows them."""
        ...

    async def evaluations(self, work: Work, conversation_id: UUID) -> Sequence[dict[str, Any]]:
        """The logged rule evaluations of a conversation as the API shows them, oldest first."""
        ...

    async def forget(self, work: Work, conversation_id: UUID) -> None:
        """Erases what was kept about the words of a deleted conversation."""
        ...


class InboundProcessor(Protocol):
    """Understands the webhooks of one provider."""

    def event_name(self, payload: Any) -> str:
        """The provider's name of the event."""
        ...

    def event_id(self, payload: Any) -> str | None:
        """The provider's id of the delivery; None where it sends none."""
        ...

    def is_known(self, payload: Any) -> bool:
        """Whether the event has an effect here."""
        ...

    async def process(self, tenant_id: UUID, payload: Any, *, received_at: datetime) -> UUID | None:
        """Does what the event asks for, in transactions of its own; repeating it changes nothing.

        Returns:
            The conversation it belongs to, if any.

        Raises:
            Unreadable: the payload cannot be understood, however often it is tried.
        """
        ...


class InboundSource(msgspec.Struct, frozen=True, kw_only=True):
    """One provider that may call us: how it signs, and what its events do."""

    check: SignatureCheck
    processor: Any
    """An `InboundProcessor`."""
