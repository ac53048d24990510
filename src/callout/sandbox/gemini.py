"""A Gemini that lists its models and generates content, with Google's errors.

What its model says is decided at the desk (`model_desk`); faults as everywhere (`keyed`).
"""

import json
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send

from callout.sandbox import gemini_content, model_desk
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
    if (refusal := _refusal(request)) is not None:
        return refusal
    rows = [{"name": f"models/{name}", "version": "001", "displayName": name} for name in MODELS]
    return answer(200, {"models": rows})


@post("/v1beta/models/{called:str}", status_code=200)
async def generate(request: Request[Any, Any, State], called: str, data: dict[str, Any], state: State) -> Response[Any]:
    """Generates content: `{model}:generateContent` or `{model}:streamGenerateContent`."""
    if (refusal := _refusal(request)) is not None:
        return refusal
    model, _, method = called.partition(":")
    if not model.startswith("gemini-") or method not in {"generateContent", "streamGenerateContent"}:
        said = f"models/{model} is not found for API version v1beta, or is not supported for {method}."
        return answer(404, _error(404, said, "NOT_FOUND"))
    if (fault := gemini_content.fault_of(data)) is not None:
        return answer(400, _error(400, fault, "INVALID_ARGUMENT"))
    is_stream = method == "streamGenerateContent"
    ask = gemini_content.ask_of(model, data, is_stream=is_stream)
    reply, number = state.desk.reply(ask, data), state.desk.number()
    if not is_stream:
        return await model_desk.whole(gemini_content.content(ask, reply, number), reply, {})
    portions, broken = gemini_content.portions(ask, reply, number), json.dumps(error_body(503))
    if request.query_params.get("alt") == "sse":
        broken = f"data: {broken}\r\n\r\n"
        return model_desk.stream(gemini_content.as_events(portions), reply, error=broken, headers={})
    headers = {"content-type": "application/json; charset=UTF-8"}
    return model_desk.stream(gemini_content.as_array(portions), reply, error=f",\n{broken}\n]", headers=headers)


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    state = {"desk": model_desk.Desk()}
    inner = simulator([models, generate, *model_desk.HANDLERS], error_body, state=state)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        # Routing takes a prefix out of the path wherever it stands, also out of `models/gemini-…`.
        await inner({**scope, "root_path": ""}, receive, send)  # type: ignore[arg-type]

    return serve


def _refusal(request: Request[Any, Any, State]) -> Response[Any] | None:
    key = request.headers.get("x-goog-api-key") or request.query_params.get("key")
    match standing_of(key if (key or "").startswith("AIza") else None):
        case "refused":
            return answer(400, error_body(400, "API_KEY_INVALID"))
        case "stopped":
            return answer(403, error_body(403, "SERVICE_DISABLED"))
        case "spent" | "limited":
            return answer(429, error_body(429))
    return None


def _error(status: int, message: str, name: str) -> dict[str, Any]:
    return {"error": {"code": status, "message": message, "status": name}}
