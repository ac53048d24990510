"""A service behind its gateway: whose address counts, and what the gateway is told when it ends."""

from typing import Any

from litestar import Request, get

from callout.features.accounts.permissions import public
from callout.kit.events.hub import EventHub
from callout.kit.http.limits import RateLimits
from callout.services.parts import Parts, assemble_service


class Nobody:
    """Knows nobody."""

    async def authenticate(self, authorization: str | None, ticket: str | None) -> None:
        return None


@get("/whence", guards=[public])
async def whence(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""


def service(postgres: Any, database: Any) -> Any:
    parts = Parts(
        database=database,
        hub=EventHub(postgres.url_app),
        limits=RateLimits(database),
        authenticator=Nobody(),
        ports={},
        checks={"database": database.ping},
        docs=False,
    )
    return assemble_service("probe", [whence], parts, requests_per_window={"": 1000}, body_limit_mib={"": 1})


async def test_the_gateways_word_for_the_address_counts(postgres: Any, database: Any, serve: Any) -> None:
    client = await serve(service(postgres, database))
    assert (await client.get("/whence")).text == "127.0.0.1"
    forwarded = {"x-forwarded-for": "198.51.100.7, 203.0.113.9"}
    assert (await client.get("/whence", headers=forwarded)).text == "203.0.113.9"


async def test_a_draining_service_is_alive_but_not_ready(postgres: Any, database: Any, serve: Any) -> None:
    app = service(postgres, database)
    client = await serve(app)
    assert (await client.get("/health/ready")).status_code == 200
    app.drain()
    assert (await client.get("/health/ready")).status_code == 503
    assert (await client.get("/health/live")).status_code == 200
    assert (await client.get("/whence")).status_code == 200
