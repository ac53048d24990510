"""A Deepgram that transcribes live speech and recordings, and lists projects and balances, with Deepgram's errors."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox.deepgram_listen import ROUTES
from callout.sandbox.keyed import Standing, answer, bearer, simulator, standing_of

PROJECT = "3f0a2b6e-6c3c-4f57-9d3f-5a4d2f0c9b11"
_SAYS = {401: ("INVALID_AUTH", "Invalid credentials."),
         403: ("INSUFFICIENT_PERMISSIONS", "User does not have sufficient permissions."),
         429: ("TOO_MANY_REQUESTS", "Too many requests. Please try again later")}  # fmt: skip


def error_body(status: int) -> dict[str, Any]:
    """What Deepgram says with a status."""
    code, message = _SAYS.get(status, ("INTERNAL_SERVER_ERROR", "An internal error occurred."))
    return {"err_code": code, "err_msg": message, "request_id": str(uuid7())}


@get("/v1/projects")
async def projects(request: Request[Any, Any, State]) -> Response[Any]:
    """The projects of a key."""
    if refused := _refusal(_standing(request)):
        return refused
    return answer(200, {"projects": [{"project_id": PROJECT, "name": "Sandbox"}]})


@get("/v1/projects/{project_id:str}/balances")
async def balances(request: Request[Any, Any, State], project_id: str) -> Response[Any]:
    """What is left."""
    standing = _standing(request)
    if refused := _refusal(standing):
        return refused
    amount = 0 if standing == "spent" else 150.25
    return answer(200, {"balances": [{"balance_id": "1", "amount": amount, "units": "usd", "purchase": project_id}]})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([projects, balances, *ROUTES], error_body)


def _standing(request: Request[Any, Any, State]) -> Standing:
    return standing_of(bearer(request.headers.get("Authorization"), "Token"))


def _refusal(standing: Standing) -> Response[Any] | None:
    status = {"refused": 401, "stopped": 403, "limited": 429}.get(standing)
    return answer(status, error_body(status)) if status else None
