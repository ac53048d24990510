"""The same services as the tests of vendors, with providers that answer on loopback."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from callout.features.api_configs.checking import Checker
from callout.features.api_configs.shapes import AddressRules
from callout.run.http_server import HttpServer
from callout.run.outbound import Outbound
from callout.run.provider_checks import provider_checks
from callout.sandbox import server
from tests.features.vendors.conftest import business, other_business, system

__all__ = ["business", "other_business", "system"]

CONFIGS = "/api/admin/api-configs"
GOOD, BAD = "sk-live-0123456789wxyz", "sk-refused-0123456789"


@dataclass
class Providers:
    """Simulators on a real port, named as a tenant would name an own address."""

    url: str
    closed_url: str
    client: httpx.AsyncClient

    def body(self, key: str = GOOD, **more: Any) -> dict[str, Any]:
        """The body that stores an OpenAI key."""
        options = {"base_url": f"{self.url}/openai"}
        return {"provider": "openai", "credentials": {"api_key": key}, "options": options, **more}

    async def arrange(self, *faults: str) -> None:
        answer = await self.client.post(f"{self.url}/openai/_sandbox/faults", json={"next": list(faults)})
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="session")
def simulators() -> Any:
    return server.create_app()


@pytest.fixture
async def providers(simulators: Any) -> AsyncIterator[Providers]:
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            ports.append(probe.getsockname()[1])
    serving = HttpServer(simulators, "127.0.0.1", ports[0])
    await serving.start()
    async with httpx.AsyncClient() as client:
        yield Providers(f"http://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}", client)
    await serving.stop(within_s=2)


@pytest.fixture
def address_rules(providers: Providers) -> AddressRules:
    hosts = {url.removeprefix("http://") for url in (providers.url, providers.closed_url)}
    return AddressRules(private_hosts=frozenset(hosts))


@pytest.fixture
async def checker(address_rules: AddressRules) -> AsyncIterator[Checker]:
    outbound = Outbound(httpx.AsyncClient(), address_rules, user_agent="tests", check_timeout_s=1.0)
    yield Checker(provider_checks(outbound), outbound)
    await outbound.aclose()
