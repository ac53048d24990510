"""A Gemini that lists its models, with Google's errors."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, simulator, standing_of

MODELS = ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.0-flash")
_SAYS = {
    400: ("API key not valid. Please pass a valid API key.", "INVALID_ARGUMENT"),
    403: ("Generative Language API has not been used in this project before or it is disabled.", "PERMISSION_DENIED"),
    429: ("Resource has been exhausted (e.g. check quota).", "RESOURCE_EXHAUSTED"),
    503: ("The model is overloaded. Please try again later.", "UNAVAILABLE"),
}


def error_body(status: int, reason: str | None = None) -> dict[str, Any]:
    """What Google says with a status."""
    message, name = _SAYS.get(status, ("Internal error encountered.", "INTERNAL"))
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if reason:
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ]
    return {"error": error}


@get("/v1beta/models")
async def models(request: Request[Any, Any, State]) -> Response[Any]:
    """The models a key may use."""
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    match standing_of(key if (key or "").startswith("AIza") else None):
        case "refused":
            return answer(400, error_body(400, "API_KEY_INVALID"))
        case "stopped":
            return answer(403, error_body(403, "SERVICE_DISABLED"))
        case "spent" | "limited":
            return answer(429, error_body(429))
    rows = [{"name": f"models/{name}", "version": "001", "displayName": name} for name in MODELS]
    return answer(200, {"models": rows})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([models], error_body)
