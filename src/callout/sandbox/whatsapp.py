"""A WhatsApp Cloud API that knows phone numbers, with the errors of the Graph API."""

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.types import ASGIApp

from callout.kit.ids import uuid7
from callout.sandbox.keyed import answer, bearer, simulator, standing_of

UNKNOWN = "4040"
_EXPIRED = (401, 190, "Error validating access token: Session has expired.")
_LIMITED = (400, 80007, "Rate limit hit")
_NO_NUMBER = (400, 100, "Unsupported get request. Object with this ID does not exist or cannot be loaded.")
_DENIED = (403, 10, "Application does not have permission for this action")


def error_body(status: int) -> dict[str, Any]:
    """What the Graph API says with a status."""
    return _body(190 if status == 401 else 131000, "Something went wrong")


@get("/{version:str}/{number_id:str}")
async def number(request: Request[Any, Any, State], version: str, number_id: str) -> Response[Any]:  # noqa: ARG001 - part of the path
    """One phone number; an id that begins with 4040 is unknown."""
    standing = standing_of(bearer(request.headers.get("Authorization")))
    refusal = {"refused": _EXPIRED, "limited": _LIMITED, "stopped": _DENIED}.get(standing)
    if refusal is None and number_id.startswith(UNKNOWN):
        refusal = _NO_NUMBER
    if refusal is not None:
        status, code, message = refusal
        return answer(status, _body(code, message))
    return answer(
        200,
        {
            "id": number_id,
            "display_phone_number": "+1 555-010-0001",
            "verified_name": "Sandbox",
            "quality_rating": "RED" if standing == "spent" else "GREEN",
        },
    )


def create_app() -> ASGIApp:
    """The simulator as an ASGI application."""
    return simulator([number], error_body)


def _body(code: int, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": uuid7().hex}}
