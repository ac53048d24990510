"""What outgoing webhooks need from outside; the composition root hands it in."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint answered.

    Attributes:
        code: HTTP status; None when there was no answer.
        snippet: the beginning of the answer, or why there was none.
        duration_ms: until the answer was read.
    """

    code: int | None
    snippet: str = ""
    duration_ms: int = 0

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint took it: any 2xx."""
        return self.code is not None and 200 <= self.code < 300


class WebhookWay(Protocol):
    """The way to addresses tenants entered; never into a network of ours."""

    async def complaint(self, url: str) -> str | None:
        """Why an address may not be used; None when it may."""

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Sends once, follows no redirect, never raises for what the other side does."""
