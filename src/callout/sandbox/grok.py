"""An xAI that says what a key is, with xAI's errors."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, bearer, simulator, standing_of

_SAYS = {
    400: ("Client specified an invalid argument", "Incorrect API key provided."),
    429: ("Some resource has been exhausted", "Too many requests. Please try again later."),
}


def error_body(status: int) -> dict[str, Any]:
    """What xAI says with a status."""
    code, error = _SAYS.get(status, ("Internal error", "Something went wrong. Please try again later."))
    return {"code": code, "error": error}


@get("/v1/api-key")
async def api_key(request: Request[Any, Any, State]) -> Response[Any]:
    """What the key is."""
    key = bearer(request.headers.get("Authorization"))
    standing = standing_of(key)
    if standing == "refused":
        return answer(400, error_body(400))
    if standing == "limited":
        return answer(429, error_body(429))
    return answer(
        200,
        {
            "redacted_api_key": f"xai-...{str(key)[-4:]}",
            "user_id": "59fbe5f2-040b-46d5-8325-868bb8f23eb2",
            "name": "Callout",
            "create_time": "2026-01-01T12:55:18.139305Z",
            "modify_time": "2026-01-01T12:55:18.139305Z",
            "modified_by": "59fbe5f2-040b-46d5-8325-868bb8f23eb2",
            "team_id": "5ea6f6bd-7815-4b8a-9135-28b2d7ba6722",
            "acls": ["api-key:model:*", "api-key:endpoint:*"],
            "api_key_id": "ae1e1841-4326-4b36-a8a9-8a1a7237db11",
            "team_blocked": standing == "spent",
            "api_key_blocked": standing == "stopped",
            "api_key_disabled": False,
        },
    )


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([api_key], error_body)
