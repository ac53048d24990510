"""Accounts of the ElevenLabs simulator: whose a key is, its plan, and what is left."""

import time
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from callout.sandbox.keyed import answer, standing_of

LIMIT = 100_000
MONTH_S = 30 * 86_400
_SAYS = {
    401: ("invalid_api_key", "Invalid API key"),
    429: ("system_busy", "Our services are experiencing high levels of traffic. Please try again later."),
}
_STOPPED = ("detected_unusual_activity", "Unusual activity detected. Free Tier usage disabled.")
_RESTRICTED = ("missing_permissions", "The API key you used is missing the permission user_read.")


def error_body(status: int) -> dict[str, Any]:
    """What ElevenLabs says with a status."""
    return _error(*_SAYS.get(status, ("internal_server_error", "Something went wrong.")))


@get("/v1/user")
async def user(request: Request[Any, Any, State]) -> Response[Any]:
    """The account of a key; one that holds the word `restricted` may not read it."""
    key = request.headers.get("xi-api-key") or ""
    standing = standing_of(key if key.startswith("sk_") else None)
    if standing in {"refused", "stopped"}:
        return answer(401, error_body(401) if standing == "refused" else _error(*_STOPPED))
    if standing == "limited":
        return answer(429, error_body(429))
    if "restricted" in key:
        return answer(401, _error(*_RESTRICTED))
    used = LIMIT if standing == "spent" else 12_345
    return answer(
        200,
        {
            "user_id": "sandbox",
            "first_name": "Sandbox",
            "is_new_user": False,
            "xi_api_key": key,
            "subscription": {
                "tier": "creator",
                "character_count": used,
                "character_limit": LIMIT,
                "can_extend_character_limit": False,
                "allowed_to_extend_character_limit": False,
                "next_character_count_reset_unix": int(time.time()) + MONTH_S,
                "voice_slots_used": 3,
                "voice_limit": 30,
                "professional_voice_limit": 1,
                "can_extend_voice_limit": False,
                "can_use_instant_voice_cloning": True,
                "can_use_professional_voice_cloning": True,
                "status": "active",
            },
        },
    )


def _error(status: str, message: str) -> dict[str, Any]:
    return {"detail": {"status": status, "message": message}}
