"""Facts about outgoing webhooks."""

from typing import ClassVar

from callout.kit.events import Event


class WebhookDisabled(Event, frozen=True, kw_only=True):
    """An endpoint was switched off by the system; the noun is the endpoint."""

    type: ClassVar[str] = "webhook.disabled"
    url: str
    reason: str
