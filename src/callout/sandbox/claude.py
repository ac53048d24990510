"""A Claude that lists its models and answers messages, with Anthropic's errors.

What its model says is decided at the desk (`model_desk`); faults as everywhere (`keyed`).
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox import claude_messages, model_desk
from callout.sandbox.keyed import answer, simulator, standing_of

MODELS = ("claude-opus-4-1", "claude-sonnet-4-6", "claude-haiku-4-5")
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
    return _error(kind, message)


@get("/v1/models")
async def models(request: Request[Any, Any, State]) -> Response[Any]:
    """The models a key may use."""
    if (refusal := _refusal(request)) is not None:
        return refusal
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2025-09-29T00:00:00Z"} for name in MODELS
    ]
    return answer(200, {"data": rows, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})


@post("/v1/messages", status_code=200)
async def messages(request: Request[Any, Any, State], data: dict[str, Any], state: State) -> Response[Any]:
    """Answers messages."""
    if (refusal := _refusal(request)) is not None:
        return refusal
    if standing_of(request.headers.get("x-api-key")) == "spent":
        said = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
        return answer(400, _error("invalid_request_error", said))
    if (fault := claude_messages.fault_of(data)) is not None:
        return answer(400, _error("invalid_request_error", fault))
    if not str(data["model"]).startswith("claude-"):
        return answer(404, _error("not_found_error", f"model: {data['model']}"))
    ask = claude_messages.ask_of(data)
    reply, number = state.desk.reply(ask, data), state.desk.number()
    headers = {"request-id": f"req_{number:024d}"}
    if not ask.is_stream:
        return await model_desk.whole(claude_messages.message(ask, reply, number), reply, headers)
    kind = reply.error or "overloaded_error"
    said = "Overloaded" if kind == "overloaded_error" else "Internal server error"
    broken = claude_messages.event("error", error={"type": kind, "message": said})
    return model_desk.stream(claude_messages.events(ask, reply, number), reply, error=broken, headers=headers)


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    state = {"desk": model_desk.Desk()}
    return simulator([models, messages, *model_desk.HANDLERS], error_body, state=state)


def _refusal(request: Request[Any, Any, State]) -> Response[Any] | None:
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
    return None


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": f"req_{uuid7().hex}"}
