"""Facts prospecting publishes (product specification §9.1)."""

from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class BusinessesChanged(Event, frozen=True):
    """A change of many businesses in the background is done."""

    type: ClassVar[str] = "business.changed"
    action: str
    changed: int
    failed: int


class ContactCreated(Event, frozen=True):
    type: ClassVar[str] = "contact.created"
    source: str


class ContactUpdated(Event, frozen=True):
    type: ClassVar[str] = "contact.updated"
    fields: list[str]


class ContactsImported(Event, frozen=True):
    """A file of contacts came in; the noun is the import."""

    type: ClassVar[str] = "contact.imported"
    created: int
    updated: int
    skipped: int


class ContactsMerged(Event, frozen=True):
    """Contacts became one; the noun is the one kept."""

    type: ClassVar[str] = "contact.merged"
    merged: list[UUID]


class ContactSuppressed(Event, frozen=True):
    type: ClassVar[str] = "contact.suppressed"
    channels: list[str]
    reason: str


class ConsentRecorded(Event, frozen=True):
    type: ClassVar[str] = "consent.recorded"
    contact_id: UUID | None
    scope: str
    action: str


class ListUpdated(Event, frozen=True):
    type: ClassVar[str] = "list.updated"
    added: int
