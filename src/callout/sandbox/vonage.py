"""A Vonage that tells the balance of an account, with Vonage's errors."""

import base64
import binascii
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import answer, bearer, simulator, standing_of

_SAYS = {401: "authentication failed", 429: "too many requests"}


def error_body(status: int) -> dict[str, Any]:
    """What Vonage says with a status."""
    return {"error-code": str(status), "error-code-label": _SAYS.get(status, "internal error")}


@get("/account/get-balance")
async def balance(request: Request[Any, Any, State]) -> Response[Any]:
    """What is left, in euro."""
    try:
        pair = base64.b64decode(bearer(request.headers.get("Authorization"), "Basic") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        pair = ""
    standing = standing_of(pair.partition(":")[2])
    if standing in {"refused", "stopped"}:
        return answer(401, error_body(401))
    if standing == "limited":
        return answer(429, error_body(429))
    return answer(200, {"value": 0.0 if standing == "spent" else 10.28, "autoReload": False})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([balance], error_body)
