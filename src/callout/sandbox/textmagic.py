"""A Textmagic that knows users and their balance, with Textmagic's errors."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, simulator, standing_of

_SAYS = {401: "Unauthorized", 429: "Too Many Requests"}


def error_body(status: int) -> dict[str, Any]:
    """What Textmagic says with a status."""
    return {"code": status, "message": _SAYS.get(status, "Internal Server Error")}


@get("/api/v2/user")
async def user(request: Request[Any, Any, State]) -> Response[Any]:
    """The user of a key."""
    name = request.headers.get("X-TM-Username")
    standing = standing_of(request.headers.get("X-TM-Key") if name else None)
    if standing in {"refused", "stopped"}:
        return answer(401, error_body(401))
    if standing == "limited":
        return answer(429, error_body(429))
    return answer(
        200,
        {
            "id": 1,
            "username": name,
            "firstName": "Sandy",
            "lastName": "Box",
            "email": "sandbox@textmagic.example",
            "status": "A",
            "balance": 0 if standing == "spent" else 25.5,
            "company": "Sandbox",
            "currency": {"id": "USD", "htmlSymbol": "$"},
            "country": {"id": "US", "name": "United States"},
            "subaccountType": "P",
        },
    )


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([user], error_body)
