"""The ways out of this installation: to addresses we know, and to addresses a tenant entered."""

import asyncio
import socket

import httpcore
import httpx

from callout.adapters.plain_http.asker import TIMEOUT_S, HttpAsker
from callout.adapters.web_fetch.errors import FetchFailed
from callout.adapters.web_fetch.networks import refusal
from callout.adapters.web_fetch.pinned import PinnedBackend
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Asking
from callout.features.api_configs.shapes import AddressRules


class Outbound:
    """Chooses the HTTP client of a credential; implements `Askers`."""

    def __init__(
        self, known: httpx.AsyncClient, rules: AddressRules, *, user_agent: str, check_timeout_s: float = TIMEOUT_S
    ) -> None:
        """Takes the client for addresses we know, and what may be connected to for addresses somebody entered."""
        self.check_timeout_s = check_timeout_s
        self._known = known
        self._rules = rules
        guarded = _Guarded(httpx.AsyncHTTPTransport(trust_env=False), rules)
        self._guarded = httpx.AsyncClient(transport=guarded, headers={"User-Agent": user_agent}, trust_env=False)

    @property
    def guarded(self) -> httpx.AsyncClient:
        """The client for addresses somebody entered: it reaches nothing private."""
        return self._guarded

    def client_of(self, credential: Credential) -> httpx.AsyncClient:
        """The client to use with a credential."""
        return self._guarded if credential.is_chosen_address else self._known

    def asker_of(self, credential: Credential) -> Asking:
        """How checks with a credential are sent."""
        return HttpAsker(self.client_of(credential), timeout_s=self.check_timeout_s)

    async def addresses_of(self, host: str, port: int) -> list[str]:
        """The addresses of a host somebody entered, all of which may be connected to.

        Raises:
            OSError: there is no such host, or one of its addresses is not public.
        """
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        if not self._rules.names(host, port):
            for address in addresses:
                if reason := refusal(address):
                    raise OSError(f"{host} leads inside: {reason}")
        return addresses

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._known.aclose()
        await self._guarded.aclose()


class _Guarded(httpx.AsyncBaseTransport):
    """Connects to public addresses, and to private hosts only where they are listed."""

    def __init__(self, plain: httpx.AsyncHTTPTransport, rules: AddressRules) -> None:
        self._plain = plain
        self._rules = rules
        self._public = httpx.AsyncHTTPTransport(trust_env=False)
        self._public._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - httpx has no other way to choose a backend
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5,
            network_backend=PinnedBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._rules.names(request.url.host, request.url.port):
            return await self._plain.handle_async_request(request)
        try:
            return await self._public.handle_async_request(request)
        except FetchFailed as error:
            raise httpx.ConnectError(error.message, request=request) from error

    async def aclose(self) -> None:
        await self._plain.aclose()
        await self._public.aclose()
