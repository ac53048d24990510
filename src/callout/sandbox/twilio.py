"""A Twilio that knows accounts and their balance, with Twilio's errors."""

import base64
import binascii
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.sandbox.keyed import Standing, answer, bearer, simulator, standing_of

_SAYS = {401: (20003, "Authenticate"), 404: (20404, "The requested resource was not found"),
         429: (20429, "Too Many Requests"), 503: (20503, "Service is unavailable")}  # fmt: skip


def error_body(status: int) -> dict[str, Any]:
    """What Twilio says with a status."""
    code, message = _SAYS.get(status, (20500, "An internal server error has occurred"))
    return {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status}  # fmt: skip


@get("/2010-04-01/Accounts/{name:str}")
async def account(request: Request[Any, Any, State], name: str) -> Response[Any]:
    """One account; a token that holds the word `trial` belongs to a trial account."""
    sid = name.removesuffix(".json")
    standing, token = _signed_in(request, sid)
    if refused := _refusal(standing):
        return refused
    return answer(
        200,
        {
            "sid": sid,
            "friendly_name": "Sandbox",
            "status": "suspended" if standing == "stopped" else "active",
            "type": "Trial" if "trial" in token else "Full",
            "auth_token": token,
            "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
            "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
            "owner_account_sid": sid,
            "uri": f"/2010-04-01/Accounts/{sid}.json",
            "subresource_uris": {"balance": f"/2010-04-01/Accounts/{sid}/Balance.json"},
        },
    )


@get("/2010-04-01/Accounts/{sid:str}/Balance.json")
async def balance(request: Request[Any, Any, State], sid: str) -> Response[Any]:
    """What is left; numbers are text, as with Twilio."""
    standing, _ = _signed_in(request, sid)
    if refused := _refusal(standing):
        return refused
    amount = "0.00" if standing == "spent" else "42.1234"
    return answer(200, {"account_sid": sid, "balance": amount, "currency": "USD"})


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([account, balance], error_body)


def _signed_in(request: Request[Any, Any, State], sid: str) -> tuple[Standing, str]:
    try:
        pair = base64.b64decode(bearer(request.headers.get("Authorization"), "Basic") or "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "refused", ""
    user, _, token = pair.partition(":")
    return (standing_of(token) if user == sid else "refused"), token


def _refusal(standing: Standing) -> Response[Any] | None:
    if standing == "refused":
        return answer(401, error_body(401))
    return answer(429, error_body(429)) if standing == "limited" else None
