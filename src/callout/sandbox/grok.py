"""An xAI that says what a key is and completes chats over its HTTP interface, with xAI's errors.

What its model says is decided at the desk (`model_desk`); faults as everywhere (`keyed`).
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox import model_desk, openai_chat
from callout.sandbox.keyed import answer, bearer, simulator, standing_of

_SAYS = {
    400: ("Client specified an invalid argument", "Incorrect API key provided."),
    403: ("The caller does not have permission to execute the specified operation", "Your API key is blocked."),
    404: ("Some requested entity was not found", "The model does not exist or your team does not have access to it."),
    429: ("Some resource has been exhausted", "Too many requests. Please try again later."),
    503: ("The service is currently unavailable", "Service temporarily unavailable. The model is at capacity."),
}
FLAVOUR = openai_chat.Flavour(
    id_prefix="00000000-0000-4000-8000-",
    fingerprint="fp_0000000000",
    usage_rides=True,
    whole_calls=True,
    more_usage={"num_sources_used": 0},
)


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


@post("/v1/chat/completions", status_code=200)
async def chat(request: Request[Any, Any, State], data: dict[str, Any], state: State) -> Response[Any]:
    """Completes a chat."""
    match standing_of(bearer(request.headers.get("Authorization"))):
        case "refused":
            return answer(400, error_body(400))
        case "stopped":
            return answer(403, error_body(403))
        case "spent":
            said = "Your team has either used all available credits or reached its monthly spending limit."
            return answer(429, {**error_body(429), "error": said})
        case "limited":
            return answer(429, error_body(429))
    if (fault := openai_chat.fault_of(data)) is not None:
        return answer(400, {**error_body(400), "error": fault[0]})
    if not str(data["model"]).startswith("grok-"):
        return answer(404, error_body(404))
    ask = openai_chat.ask_of(data)
    reply, number = state.desk.reply(ask, data), state.desk.number()
    headers = {"x-request-id": f"{number:032x}"}
    if not ask.is_stream:
        return await model_desk.whole(openai_chat.completion(ask, reply, number, FLAVOUR), reply, headers)
    broken = openai_chat.event({"error": error_body(503)})
    return model_desk.stream(openai_chat.events(ask, reply, number, FLAVOUR), reply, error=broken, headers=headers)


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    state = {"desk": model_desk.Desk()}
    return simulator([api_key, chat, *model_desk.HANDLERS], error_body, state=state)
