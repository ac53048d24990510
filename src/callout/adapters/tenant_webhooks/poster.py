"""Posts to addresses tenants entered: bounded in time and size, redirects not followed, nothing private reached."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import httpx

from callout.features.api_configs.webhooks.ports import Posted

TIMEOUT_S = 10.0
SNIPPET = 500
Addresses = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host that may be connected to; raises OSError where one may not, or there is none."""


class WebhookPoster:
    """Implements `WebhookWay` over a client whose transport connects to public addresses only."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        addresses: Addresses,
        *,
        may_be_http: bool = False,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """Takes the guarded client, what looks hosts up, and whether addresses may go without TLS."""
        self._client = client
        self._addresses = addresses
        self._schemes = ("https", "http") if may_be_http else ("https",)
        self._timeout_s = timeout_s

    async def complaint(self, url: str) -> str | None:
        """See `WebhookWay.complaint`."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            return "it is not an address"
        if parsed.scheme not in self._schemes:
            return f"it must begin with {self._schemes[0]}://"
        if parsed.userinfo or not parsed.host:
            return "it must name a host, and no user"
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._addresses(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
        except TimeoutError:
            return "its host could not be looked up in time"
        except (OSError, UnicodeError):
            return "its host does not exist, or leads into a private network"
        return None

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """See `WebhookWay.post`."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                code, snippet = await self._send(url, body, headers)
        except (TimeoutError, httpx.TimeoutException):
            code, snippet = None, f"no answer within {self._timeout_s:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            code, snippet = None, f"not reached ({type(error).__name__})"
        return Posted(code=code, snippet=snippet, duration_ms=round((time.monotonic() - started) * 1000))

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
        async with self._client.stream(
            "POST", url, content=body, headers=dict(headers), follow_redirects=False
        ) as response:
            start = bytearray()
            async for part in response.aiter_bytes():
                start += part
                if len(start) >= SNIPPET:
                    break
            return response.status_code, bytes(start[:SNIPPET]).decode("utf-8", "replace").replace("\x00", "")
