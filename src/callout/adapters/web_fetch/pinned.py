"""Connections that go to the very address that was checked: names are looked up once, here."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from ssl import SSLContext
from typing import Any

import httpcore

from callout.adapters.web_fetch.errors import AddressRefused, HostUnknown, TooSlow, Unreachable
from callout.adapters.web_fetch.networks import Network, refusal

MOST_TRIES = 3
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host name, in order of preference."""
StandIns = Mapping[str, tuple[str, int]]
"""Host suffix (`.example`) → (host, port) of what answers for all such hosts, in plain HTTP whatever the scheme."""


async def resolve_by_system(host: str, port: int) -> list[str]:
    """What the system's resolver says.

    Raises:
        HostUnknown: there is no such name.
        Unreachable: the resolver does not answer.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise Unreachable(f"{host} could not be looked up just now") from error
        raise HostUnknown(f"there is no host {host}") from error
    except UnicodeError as error:
        raise HostUnknown(f"there is no host {host}") from error
    return list(dict.fromkeys(str(each[4][0]) for each in found))


class PinnedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only.

    A name is resolved once per connection, every address it has must be public, and the connection goes to one of
    those: a name that changes its mind between check and use gains nothing. TLS and the Host header keep the name.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolve_by_system,
        also: Collection[Network] = (),
        stand_ins: StandIns | None = None,
        sockets: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """`sockets` opens connections to addresses, never to names."""
        self._resolve = resolve
        self._also = also
        self._stand_ins = stand_ins or {}
        self._tcp = sockets or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connects to a checked address of the host.

        Raises:
            AddressRefused: one of the host's addresses is not public.
            HostUnknown: it has none.
        """
        if stand_in := self._stand_in(host):
            return _Plain(await self._tcp.connect_tcp(*stand_in, timeout=timeout))
        failure: Exception | None = None
        for address in (await self._checked(host, port, timeout))[:MOST_TRIES]:
            try:
                return await self._tcp.connect_tcp(address, port, timeout=timeout, socket_options=socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = failure or error
        assert failure is not None
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface of httpcore
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never."""
        raise AddressRefused("local sockets are not part of the web")

    async def sleep(self, seconds: float) -> None:
        """Pauses between the pool's own retries."""
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int, timeout_s: float | None) -> list[str]:
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise TooSlow(f"{host} could not be looked up in time") from error
        if not addresses:
            raise HostUnknown(f"{host} has no address")
        for address in addresses:
            if reason := refusal(address, self._also):
                raise AddressRefused(f"{host} leads inside: {reason}")
        return addresses

    def _stand_in(self, host: str) -> tuple[str, int] | None:
        name = host.lower().removesuffix(".")
        return next((there for suffix, there in self._stand_ins.items() if name.endswith(suffix)), None)


class _Plain(httpcore.AsyncNetworkStream):
    """A connection to what stands in for a host: TLS is left out, the name is not checked."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
