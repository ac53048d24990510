"""What conversations need from elsewhere; the composition root hands it in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from callout.features.conversations.model import ContactFacts, Place, ServiceTerm
from callout.kit.db.work import Work
from callout.kit.timed_hmac import Verdict


class SignatureCheck(Protocol):
    """Checks a provider's signature over a raw body, in constant time."""

    def __call__(
        self,
        headers: Mapping[str, str],
        body: bytes,
        secrets: Sequence[str],
        now: datetime,
    ) -> Verdict:
        """Says whether the body is the provider's.

        Args:
            headers: request headers, names in lower case.
            body: the bytes as received.
            secrets: every secret that is valid now (two while one is being rotated).
            now: aware UTC.
        """
        ...


class Tenancy(Protocol):
    """What is known about the business on whose behalf we talk."""

    async def tenant_of_webhook_token(self, token: str) -> UUID | None:
        """The tenant whose webhook path holds this token, in a look-up of its own."""
        ...

    async def tenant_facts(self, work: Work) -> "TenantFacts":
        """Region, zone, currency and name of the tenant of this unit of work."""
        ...


class TenantFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant, as far as the analysis and the parsing of phones need it."""

    name: str
    country: str
    timezone: str
    currency: str
    locale: str = "en"


class Settings(Protocol):
    """The tenant's settings of product specification §7."""

    async def value(self, work: Work, key: str) -> Any:
        """The value in force of one setting."""
        ...


class Secrets(Protocol):
    """The secrets providers sign their webhooks with."""

    async def webhook_secrets(self, work: Work, provider: str) -> Sequence[str]:
        """The tenant's secrets of a provider; the sandbox's where no key is stored and the sandbox may answer."""
        ...


class Catalogue(Protocol):
    """The tenant's services."""

    async def service_terms(self, work: Work) -> Sequence[ServiceTerm]:
        """The words every active service is known by."""
        ...


class Geocoder(Protocol):
    """Finds the place of an address; talks to the network."""

    async def locate(self, address: Place, *, country: str) -> Place | None:
        """The place with coordinates and precision; None when nothing fits or the provider does not answer."""
        ...


class LinkedContact(msgspec.Struct, frozen=True, kw_only=True):
    """The contact behind a phone number."""

    id: UUID
    timezone: str | None = None
    facts: ContactFacts = ContactFacts()


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation taught about its contact; fills empty fields only."""

    phone: str
    name: str | None = None
    business_name: str | None = None
    email: str | None = None
    place: Place | None = None
    call_type: str | None = None


class Contacts(Protocol):
    """The people called."""

    async def find(self, work: Work, phone: str) -> LinkedContact | None:
        """The contact with this E.164 number."""
        ...

    async def link(self, work: Work, heard: Heard) -> LinkedContact:
        """Finds the contact by phone, or creates it; empty fields are filled, conflicting values become suggestions."""
        ...

    async def mark_lead(
        self,
        work: Work,
        contact_id: UUID,
        *,
        lead_status: str,
        lead_score: int | None,
        follow_up_at: datetime | None,
    ) -> None:
        """Mirrors the lead of a conversation; `do_not_call` adds the phone to the suppression list."""
        ...


class MadeOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a conversation: triggers, the order, the vendors offered it, the steps taken."""

    triggers_detected: int = 0
    order_id: UUID | None = None
    vendors_selected: tuple[UUID, ...] = ()
    actions_taken: tuple[dict[str, Any], ...] = ()
    trigger_ms: int = 0
    selection_ms: int = 0


class Outcomes(Protocol):
    """Reads back what the reactions to `conversation.processed` left."""

    async def made_of(self, work: Work, conversation_id: UUID) -> MadeOrder:
        """What became of this conversation up to now."""
        ...


class InboundProcessor(Protocol):
    """What happens with the stored webhooks of one provider."""

    provider: str

    def event_name(self, payload: Any) -> str:
        """The provider's name of the event."""
        ...

    def event_id(self, payload: Any) -> str | None:
        """The provider's id of the delivery; None where it sends none."""
        ...

    def is_known(self, payload: Any) -> bool:
        """Whether the event has an effect here."""
        ...

    async def process(
        self, tenant_id: UUID, payload: Any, *, received_at: datetime
    ) -> UUID | None:
        """Does what the event asks for, in transactions of its own; repeating it changes nothing.

        Returns:
            The conversation it belongs to, if any.
        """
        ...
