"""Accounts of the ElevenLabs simulator: whose a key is, its plan, and what is left."""

import time
from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State

from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_world import entered
from callout.sandbox.keyed import answer, standing_of

LIMIT = 100_000
MONTH_S = 30 * 86_400


@get("/v1/user")
async def user(request: Request[Any, Any, State]) -> Response[Any]:
    """The account of a key; one that holds the word `restricted` may not read it."""
    _, account = entered(request, request.app.state)
    key = account.key
    if "restricted" in key:
        raise Refused(401, "missing_permissions", "The API key you used is missing the permission user_read.")
    used = LIMIT if standing_of(key) == "spent" else 12_345 + account.characters
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
                "voice_slots_used": len(account.voices),
                "voice_limit": account.limits.voices,
                "professional_voice_limit": 1,
                "can_extend_voice_limit": False,
                "can_use_instant_voice_cloning": True,
                "can_use_professional_voice_cloning": True,
                "status": "active",
            },
        },
    )


ROUTES = [user]
