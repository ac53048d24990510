"""Facts about provider credentials."""

from typing import ClassVar

from callout.kit.events import Event


class ProviderValidated(Event, frozen=True, kw_only=True):
    """A provider accepted the stored key; `noun_id` is the configuration."""

    type: ClassVar[str] = "provider.validated"
    provider: str
    warning: str | None = None


class ProviderFailed(Event, frozen=True, kw_only=True):
    """A provider refused the stored key: in a check, or while it was used."""

    type: ClassVar[str] = "provider.failed"
    provider: str
    reason: str
