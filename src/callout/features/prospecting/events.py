"""Facts prospecting publishes (product specification §9.1)."""

from typing import ClassVar
from uuid import UUID

from callout.kit.events import Event


class ImportStarted(Event, frozen=True):
    type: ClassVar[str] = "scrape.started"
    name: str


class ImportProgressed(Event, frozen=True):
    type: ClassVar[str] = "scrape.progress"
    found: int
    stored: int
    duplicates: int
    progress_pct: int


class ImportFinished(Event, frozen=True):
    type: ClassVar[str] = "scrape.finished"
    found: int
    stored: int
    duplicates: int
    callable: int


class ImportFailed(Event, frozen=True):
    type: ClassVar[str] = "scrape.failed"
    error: str


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
