"""What notifications need from outside: a mailer for the tenant, its facts, and the inbox's way to act on an offer."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import msgspec

from callout.kit.db.work import Work


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file that goes with a mail."""

    filename: str
    content_type: str
    content: bytes


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one person.

    `message_id` is the id of our message row; it comes back in delivery events and makes the mail's Message-ID, so that
    a mail handed over twice after a crash is shown once by the recipient's mailbox.
    """

    message_id: UUID
    tenant_id: UUID
    to_email: str
    to_name: str | None
    from_email: str
    from_name: str
    reply_to: str | None
    subject: str
    text: str
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()


class SendFailed(Exception):  # noqa: N818 - the three kinds below say what to do
    """The provider did not take the mail; the kind says what to do about it."""


class GiveUp(SendFailed):
    """This mail will never be accepted as it is: a refused address, a body the provider rejects."""


class RetryLater(SendFailed):
    """The provider is busy, slow or broken; `retry_after_s` is its own wish in seconds."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Reauthenticate(SendFailed):
    """The provider refuses our key: the tenant must store a new one; the mail waits for it."""


class Mailer(Protocol):
    """An e-mail provider, ready to send for one tenant."""

    provider: str
    sender: str | None
    """The address mails come from; None lets the tenant's own address stand."""

    async def send(self, mail: Mail) -> str:
        """Hands a mail over.

        Returns:
            The provider's id of the mail.

        Raises:
            GiveUp, RetryLater, Reauthenticate: by what must be done.
        """
        ...


class Mailers(Protocol):
    """Chooses the e-mail provider of a tenant."""

    async def mailer_of(self, work: Work) -> Mailer | None:
        """The provider in force; None when none is configured and the sandbox may not stand in."""
        ...


class Business(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant as its customers see it."""

    name: str
    email: str
    phone: str | None
    locale: str
    timezone: str
    country: str
    currency: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who signs in and can be told things."""

    user_id: UUID
    full_name: str
    email: str | None
    phone: str | None
    language: str | None
    preferences: dict[str, Any] = {}
    status: str = "active"


class People(Protocol):
    """Finds recipients."""

    async def business(self, work: Work) -> Business:
        """The tenant of this unit of work."""
        ...

    async def admins(self, work: Work) -> Sequence[Person]:
        """Active owners and managers."""
        ...

    async def vendor(self, work: Work, vendor_id: UUID) -> Person | None:
        """The user behind a vendor."""
        ...


class Settings(Protocol):
    """The tenant's settings of product specification §7."""

    async def value(self, work: Work, key: str) -> Any:
        """The value in force of one setting."""
        ...


class OfferActions(Protocol):
    """Acts on an offer from the inbox; dispatch implements it."""

    async def accept(self, work: Work, order_id: UUID) -> str:
        """Accepts the acting vendor's offer of an order; returns the order's status as the vendor sees it."""
        ...

    async def decline(self, work: Work, order_id: UUID, reason: str | None) -> str:
        """Declines it; returns the order's status as the vendor sees it."""
        ...

    async def look(self, work: Work, order_id: UUID) -> str:
        """Notes that the vendor looked; returns the order's status as the vendor sees it."""
        ...


class Documents(Protocol):
    """Reads stored files."""

    async def content(self, work: Work, file_id: UUID) -> Attachment:
        """A file as an attachment."""
        ...
