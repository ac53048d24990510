"""An OpenAI that lists its models, with OpenAI's errors; also a server of one's own that speaks its protocol."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, bearer, simulator, standing_of

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "text-embedding-3-small")
LOCAL_MODELS = ("llama-3.1-8b-instruct",)
_SAYS: dict[int, tuple[str, str, str | None]] = {
    401: ("Incorrect API key provided. You can find your API key in your account.", "invalid_request_error",
          "invalid_api_key"),
    403: ("You have insufficient permissions for this operation.", "invalid_request_error", None),
    429: ("Rate limit reached for requests.", "requests", "rate_limit_exceeded"),
}  # fmt: skip
_SPENT = ("You exceeded your current quota, please check your plan and billing details.",
          "insufficient_quota", "insufficient_quota")  # fmt: skip
_BROKEN = ("The server had an error while processing your request. Sorry about that!", "server_error", None)


def error_body(status: int) -> dict[str, Any]:
    """What OpenAI says with a status."""
    return _error(*_SAYS.get(status, _BROKEN))


@get("/v1/models")
async def models(request: Request[Any, Any, State], state: State) -> Response[Any]:
    """The models a key may use."""
    key = bearer(request.headers.get("Authorization"))
    standing = standing_of(key) if key or state.needs_key else "good"
    if state.needs_key and not (key or "").startswith("sk-"):
        standing = "refused"
    match standing:
        case "refused" | "stopped":
            return answer(401, error_body(401))
        case "spent":
            return answer(429, _error(*_SPENT))
        case "limited":
            return answer(429, error_body(429))
    rows = [{"id": name, "object": "model", "created": 1_715_367_049, "owned_by": "system"} for name in state.models]
    return answer(200, {"object": "list", "data": rows})


def create_app() -> ASGIApp:
    """OpenAI."""
    return simulator([models], error_body, state={"needs_key": True, "models": MODELS})


def create_local_app() -> ASGIApp:
    """A server of one's own, which asks for no key."""
    return simulator([models], error_body, state={"needs_key": False, "models": LOCAL_MODELS})


def _error(message: str, kind: str, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
