"""One request, bounded: what is too slow, too large or somewhere else is told apart."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.contract.provider_checks.conftest import REGISTRY

from callout.adapters.plain_http.asker import LARGEST, HttpAsker
from callout.features.api_configs.ports import Ask, TooSlow, Unclear
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.shapes import AddressRules
from callout.features.api_configs.standing import Rehearsal
from callout.kit.secrets import Sealer
from callout.run.outbound import Outbound


async def answering(scope: Any, receive: Any, send: Any) -> None:
    path = scope["path"]
    if path == "/slow":
        await asyncio.sleep(5)
    headers = [(b"location", b"http://127.0.0.1/elsewhere")] if path == "/away" else []
    await send({"type": "http.response.start", "status": 302 if path == "/away" else 200, "headers": headers})
    body = b"x" * (LARGEST + 1) if path == "/large" else b'{"a": {"b": 1}}' if path == "/good" else b"<html>"
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def ask() -> HttpAsker:
    return HttpAsker(httpx.AsyncClient(transport=httpx.ASGITransport(answering)), timeout_s=0.3)


async def test_json_is_read_and_anything_else_is_none(ask: HttpAsker) -> None:
    good = await ask(Ask(url="http://x.test/good"))
    assert (good.status, good.member("a", "b"), good.member("a", "c", "d")) == (200, 1, None)
    assert (await ask(Ask(url="http://x.test/page"))).body is None


async def test_a_redirection_is_not_followed(ask: HttpAsker) -> None:
    assert (await ask(Ask(url="http://x.test/away"))).status == 302


async def test_what_takes_too_long_or_is_too_large_is_left(ask: HttpAsker) -> None:
    with pytest.raises(TooSlow):
        await ask(Ask(url="http://x.test/slow"))
    with pytest.raises(Unclear, match="too large"):
        await ask(Ask(url="http://x.test/large"))


@pytest.mark.parametrize("url", ["http://", "http://[::1", "nonsense", "ftp://x.test/"])
async def test_an_address_that_cannot_be_used_is_no_crash(url: str) -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(Unclear):
            await HttpAsker(client, timeout_s=1)(Ask(url=url))


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9", "http://localhost:9", "http://169.254.169.254", "http://[::1]:9", "http://10.1.2.3"],
)
async def test_an_address_somebody_entered_never_leads_inside(address: str) -> None:
    outbound = Outbound(httpx.AsyncClient(), AddressRules(), user_agent="tests", check_timeout_s=1)
    credential = _credential(address)
    try:
        with pytest.raises(Unclear, match="cannot be reached"):
            await outbound.asker_of(credential)(Ask(url=f"{address}/v1/models"))
        with pytest.raises(OSError, match="leads inside"):
            await outbound.addresses_of("127.0.0.1", 25)
    finally:
        await outbound.aclose()


def _credential(address: str) -> Any:
    rehearsal = Rehearsal(is_allowed=False, providers=frozenset())
    access = ProviderAccess(REGISTRY, Sealer.of(b"0123456789abcdef"), rehearsal)
    return access.proposed(REGISTRY.specs["local_llm"], {}, {"base_url": address})
