"""A voice server of one's own that lists its voices."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, bearer, simulator, standing_of


def error_body(status: int) -> dict[str, Any]:
    """What the server says with a status."""
    return {"detail": {"status": str(status), "message": "no such key" if status == 401 else "failed"}}


@get("/v1/voices")
async def voices(request: Request[Any, Any, State]) -> Response[Any]:
    """The voices of the server."""
    key = request.headers.get("xi-api-key") or bearer(request.headers.get("Authorization"))
    standing = standing_of(key)
    if standing in {"refused", "stopped"}:
        return answer(401, error_body(401))
    if standing == "limited":
        return answer(429, error_body(429))
    found = [] if standing == "spent" else [{"voice_id": "own", "name": "Own voice", "category": "cloned"}]
    return answer(200, {"voices": found})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([voices], error_body)
