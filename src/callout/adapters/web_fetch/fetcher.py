"""One guarded GET: checked address, no cookies, no proxies, redirects followed by us, everything limited."""

import asyncio
import ssl
import time
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import cached_property
from ipaddress import ip_network
from typing import Any

import httpcore
import httpx
import msgspec

from callout.adapters.web_fetch.errors import (
    BadCertificate,
    Declined,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    WrongType,
)
from callout.adapters.web_fetch.inflating import ACCEPTED, Inflater
from callout.adapters.web_fetch.pinned import PinnedBackend, Resolve, StandIns, resolve_by_system
from callout.adapters.web_fetch.targets import target_of

WEB_PORTS = frozenset({80, 443})
MAX_BYTES = 2_000_000
MAX_REDIRECTS = 5
TOTAL_S, CONNECT_S, IDLE_S = 20.0, 5.0, 8.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
Turn = Callable[[str], AbstractAsyncContextManager[Any]]
"""Called with each address before it is asked, redirects too; the request is made inside."""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came.

    Attributes:
        url: where it came from in the end.
        content_type: the Content-Type header as it was sent; empty when there was none.
    """

    url: str
    content_type: str
    body: bytes


class SafeFetcher:
    """Fetches addresses that came from outside: websites, and whatever else a stranger may name.

    Args:
        user_agent: who asks, with a way to learn more.
        ports: that may be gone to.
        also_refused: networks of ours that are public, in CIDR form.
        resolve: looks host names up.
        stand_ins: host suffixes that are answered by something else, unguarded; empty outside the sandbox.
        max_bytes: of a body, after decompression.
        total_s, connect_s, idle_s: seconds for everything including redirects, for one connection, between two reads.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        ports: Collection[int] = WEB_PORTS,
        also_refused: Collection[str] = (),
        resolve: Resolve = resolve_by_system,
        stand_ins: StandIns | None = None,
        max_bytes: int = MAX_BYTES,
        total_s: float = TOTAL_S,
        connect_s: float = CONNECT_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._ports = frozenset(ports)
        self._also = tuple(ip_network(network) for network in also_refused)
        self._max_bytes = max_bytes
        self._total_s = total_s
        self._timeouts = {"connect": connect_s, "read": idle_s, "write": idle_s, "pool": total_s}
        self._headers = [
            (b"User-Agent", user_agent.encode("ascii")),
            (b"Accept-Encoding", ACCEPTED.encode()),
            (b"Accept-Language", b"en, *;q=0.5"),
            (b"Connection", b"close"),
        ]
        self._backend = PinnedBackend(resolve=resolve, also=self._also, stand_ins=stand_ins)

    @cached_property
    def _pool(self) -> httpcore.AsyncConnectionPool:
        """Made at the first fetch: reading the certificate authorities takes a while."""
        return httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=0,  # the pause between requests outlives most servers' patience
            network_backend=self._backend,
        )

    async def get(
        self, url: str, *, types: Collection[str] | None = None, max_bytes: int | None = None, turn: Turn | None = None
    ) -> Fetched:
        """Fetches an address.

        Args:
            url: http or https, on a usual port.
            types: media types that are taken; None for any.
            max_bytes: fewer or more than the fetcher's own limit.
            turn: wraps each request, for example to wait; what it raises ends the fetch. Its waiting does not count.

        Raises:
            FetchFailed: as its subclasses say.
        """
        at = target_of(url, ports=self._ports, also=self._also)
        left_s = self._total_s
        for _ in range(MAX_REDIRECTS + 1):
            async with turn(str(at)) if turn else nullcontext():
                started = time.monotonic()
                answer = await self._timed(at, types, max_bytes or self._max_bytes, left_s)
                left_s -= time.monotonic() - started
            if isinstance(answer, Fetched):
                return answer
            try:
                onward = str(at.join(answer))
            except (httpx.InvalidURL, UnicodeError) as error:
                raise Unreachable("it sends on to something that is no address") from error
            at = target_of(onward, ports=self._ports, also=self._also)
        raise TooManyRedirects(f"it sent on more than {MAX_REDIRECTS} times")

    async def aclose(self) -> None:
        """Closes the connections."""
        if "_pool" in self.__dict__:
            await self._pool.aclose()

    async def _timed(self, at: httpx.URL, types: Collection[str] | None, limit: int, left_s: float) -> Fetched | str:
        try:
            async with asyncio.timeout(max(left_s, 0)):
                return await self._once(at, types, limit)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise TooSlow("it did not answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, OSError) as error:
            if _is_about_certificate(error):
                raise BadCertificate("its certificate cannot be trusted") from error
            raise Unreachable(f"it cannot be reached ({type(error).__name__})") from error

    async def _once(self, at: httpx.URL, types: Collection[str] | None, limit: int) -> Fetched | str:
        """What is there, or where it sends on to."""
        url = httpcore.URL(scheme=at.raw_scheme, host=at.raw_host, port=at.port, target=at.raw_path)
        accept = ", ".join([*types, "*/*;q=0.1"]) if types else "*/*"
        headers = [(b"Host", at.netloc), *self._headers, (b"Accept", accept.encode())]
        async with self._pool.stream("GET", url, headers=headers, extensions={"timeout": self._timeouts}) as response:
            got = httpx.Headers(response.headers)
            if response.status in _REDIRECTS and "location" in got:
                return str(got["location"])
            if response.status != 200:
                raise Declined(response.status, retry_after_s=_number(got.get("retry-after", "")))
            content_type = got.get("content-type", "")
            kind = content_type.partition(";")[0].strip().lower()
            if types is not None and kind and kind not in types:
                raise WrongType(f"it is {kind[:60]}")
            if (_number(got.get("content-length", "")) or 0) > limit:
                raise TooLarge(f"it has more than {limit:,} bytes")
            inflater = Inflater(got.get("content-encoding", ""), limit)
            async for chunk in response.aiter_stream():
                inflater.feed(chunk)
            return Fetched(url=str(at), content_type=content_type, body=inflater.body())


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
