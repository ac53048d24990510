"""What notifications need from outside: a mailer for the tenant, customer links, files, and a way to act on offers."""

from typing import Protocol
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
    sender: str
    """The address mails come from; the provider must know it."""

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


class CustomerLinks(Protocol):
    """Pages a customer opens without signing in."""

    async def status_link(self, work: Work, order_id: UUID) -> str | None:
        """The page that shows how the order stands."""
        ...

    async def rating_link(self, work: Work, order_id: UUID) -> str | None:
        """The page to rate the work; None when it may not be rated."""
        ...


class StoredFiles(Protocol):
    """Reads stored files."""

    async def attachment(self, work: Work, file_id: UUID) -> Attachment | None:
        """A file as an attachment; None when it is gone."""
        ...


class OfferActions(Protocol):
    """Acts on offers from the inbox. Each verb returns the order's status as the vendor sees it."""

    async def accept(self, work: Work, order_id: UUID, vendor_id: UUID) -> str:
        """Takes the job; raises offer_taken, offer_expired or at_capacity."""
        ...

    async def decline(self, work: Work, order_id: UUID, vendor_id: UUID, reason: str | None) -> str:
        """Refuses the job."""
        ...

    async def look(self, work: Work, order_id: UUID, vendor_id: UUID) -> str:
        """Shows the job; raises `NotFound` when it is not the vendor's to see."""
        ...
