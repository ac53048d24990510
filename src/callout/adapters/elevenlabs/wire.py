"""Requests to ElevenLabs with one key: asked once, failures named by what must be done."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import msgspec

from callout.adapters.elevenlabs.refusals import failure_of
from callout.features.calling.ports import ProviderFailed, TooSlow, Unavailable

DEFAULT_BASE_URL: Final = "https://api.elevenlabs.io"
Files = Sequence[tuple[str, tuple[str, bytes, str]]]
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol)


class Wire:
    """Speaks HTTP with ElevenLabs. Holds the key; never shows it."""

    def __init__(self, client: httpx.AsyncClient, *, api_key: str, base_url: str = DEFAULT_BASE_URL) -> None:
        """Takes the client, the key and where the provider answers."""
        self._client = client
        self._api_key = api_key.strip()
        self._base_url = base_url.rstrip("/")

    def __repr__(self) -> str:
        return f"Wire({self._base_url!r})"

    async def ask(self, method: str, path: str, *, timeout_s: float, **sent: Any) -> Any:
        """The decoded body of a good answer.

        Args:
            method: of HTTP; all but GET change something.
            path: below the server.
            timeout_s: for each phase of the request.
            sent: `params`, `json`, `data`, `files` as httpx takes them.

        Raises:
            ProviderFailed: as its subclasses say.
        """
        async with self.open(method, path, timeout_s=timeout_s, **sent) as answer:
            content = await self._content(answer, was_change=method != "GET")
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            unknown = method != "GET"
        raise Unavailable("ElevenLabs gave an unreadable answer.", may_have_happened=unknown)

    async def take(self, method: str, path: str, *, timeout_s: float, **sent: Any) -> tuple[bytes, Mapping[str, str]]:
        """The bytes of a good answer with its headers in lower case; raises like `ask`."""
        async with self.open(method, path, timeout_s=timeout_s, **sent) as answer:
            return await self._content(answer, was_change=False), answer.headers

    async def stream(self, method: str, path: str, *, timeout_s: float, **sent: Any) -> AsyncIterator[bytes]:
        """The bytes of a good answer as they come; raises like `ask`, also midway."""
        async with self.open(method, path, timeout_s=timeout_s, **sent) as answer:
            failed: ProviderFailed | None = None
            try:
                async for part in answer.aiter_bytes():
                    yield part
            except httpx.HTTPError as error:
                failed = _lost(error, was_change=False)
            if failed is not None:
                raise failed

    @asynccontextmanager
    async def open(self, method: str, path: str, *, timeout_s: float, **sent: Any) -> AsyncIterator[httpx.Response]:
        """A good answer, its body still to be read; raises like `ask`.

        No error that could hold the key is chained to what is raised.
        """
        was_change = method != "GET"
        headers = {"xi-api-key": self._api_key, "Accept": "*/*"}
        url = f"{self._base_url}{path}"
        answer, failed = None, None
        try:
            request = self._client.build_request(method, url, headers=headers, timeout=timeout_s, **sent)
            answer = await self._client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failed = _lost(error, was_change=was_change)
        if answer is None:
            raise failed or Unavailable("ElevenLabs cannot be reached.")
        try:
            if not answer.is_success:
                body = _decoded(await self._content(answer, was_change=was_change))
                raise failure_of(
                    answer.status_code, body, api_key=self._api_key, headers=answer.headers, was_change=was_change
                )
            yield answer
        finally:
            await answer.aclose()

    @staticmethod
    async def _content(answer: httpx.Response, *, was_change: bool) -> bytes:
        failed: ProviderFailed
        try:
            return await answer.aread()
        except httpx.HTTPError as error:
            failed = _lost(error, was_change=was_change)
        raise failed


def _lost(error: Exception, *, was_change: bool) -> ProviderFailed:
    """What a request without a (whole) answer means; of one that was sent nobody knows what it did."""
    unknown = was_change and not isinstance(error, _NOT_SENT)
    if isinstance(error, httpx.TimeoutException):
        return TooSlow("ElevenLabs did not answer in time.", may_have_happened=unknown)
    return Unavailable(f"ElevenLabs cannot be reached ({type(error).__name__}).", may_have_happened=unknown)


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
