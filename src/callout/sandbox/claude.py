"""A Claude that lists its models, with Anthropic's errors."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox.keyed import answer, simulator, standing_of

MODELS = ("claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5")
_SAYS = {
    400: ("invalid_request_error", "anthropic-version: header is required"),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    529: ("overloaded_error", "Overloaded"),
}


def error_body(status: int) -> dict[str, Any]:
    """What Anthropic says with a status."""
    kind, message = _SAYS.get(status, ("api_error", "Internal server error"))
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": f"req_{uuid7().hex}"}


@get("/v1/models")
async def models(request: Request[Any, Any, State]) -> Response[Any]:
    """The models a key may use."""
    key = request.headers.get("x-api-key")
    match standing_of(key if (key or "").startswith("sk-ant-") else None):
        case "refused":
            return answer(401, error_body(401))
        case "stopped":
            return answer(403, error_body(403))
        case "limited":
            return answer(429, error_body(429))
    if "anthropic-version" not in request.headers:
        return answer(400, error_body(400))
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2025-09-29T00:00:00Z"} for name in MODELS
    ]
    return answer(200, {"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([models], error_body)
