"""An OpenAI that lists its models and completes chats; also a server of one's own that speaks its protocol.

What its model says is decided at the desk (`model_desk`); faults as everywhere (`keyed`).
"""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox import model_desk, openai_chat
from callout.sandbox.keyed import answer, bearer, simulator, standing_of

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "text-embedding-3-small")
LOCAL_MODELS = ("llama-3.1-8b-instruct",)
FLAVOUR = openai_chat.Flavour()
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
    if (refusal := _refusal(request, state)) is not None:
        return refusal
    rows = [{"id": name, "object": "model", "created": 1_715_367_049, "owned_by": "system"} for name in state.models]
    return answer(200, {"object": "list", "data": rows})


@post("/v1/chat/completions", status_code=200)
async def chat(request: Request[Any, Any, State], data: dict[str, Any], state: State) -> Response[Any]:
    """Completes a chat."""
    if (refusal := _refusal(request, state)) is not None:
        return refusal
    if (fault := openai_chat.fault_of(data)) is not None:
        message, param = fault
        body = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
        return answer(400, {"error": body})
    if not _has(data["model"], state):
        said = f"The model `{data['model']}` does not exist or you do not have access to it."
        return answer(404, _error(said, "invalid_request_error", "model_not_found"))
    ask = openai_chat.ask_of(data)
    reply, number = state.desk.reply(ask, data), state.desk.number()
    headers = {"x-request-id": f"req_{number:032d}", "openai-version": "2020-10-01"}
    if not ask.is_stream:
        return await model_desk.whole(openai_chat.completion(ask, reply, number, FLAVOUR), reply, headers)
    broken = openai_chat.event(_error(*_BROKEN))
    return model_desk.stream(openai_chat.events(ask, reply, number, FLAVOUR), reply, error=broken, headers=headers)


def create_app() -> ASGIApp:
    """OpenAI."""
    state = {"needs_key": True, "models": MODELS, "desk": model_desk.Desk()}
    return simulator([models, chat, *model_desk.HANDLERS], error_body, state=state)


def create_local_app() -> ASGIApp:
    """A server of one's own, which asks for no key."""
    state = {"needs_key": False, "models": LOCAL_MODELS, "desk": model_desk.Desk()}
    return simulator([models, chat, *model_desk.HANDLERS], error_body, state=state)


def _refusal(request: Request[Any, Any, State], state: State) -> Response[Any] | None:
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
    return None


def _has(model: str, state: State) -> bool:
    """Whether there is such a model; dated versions and newer ones of the family are."""
    return not state.needs_key or model in state.models or model.startswith(("gpt-", "o1", "o3", "o4"))


def _error(message: str, kind: str, code: str | None) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
