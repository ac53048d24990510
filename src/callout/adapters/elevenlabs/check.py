"""Checks a key by asking whose it is and what is left.

Source: ElevenLabs API reference, `GET /v1/user`; errors are `{"detail": {"status", "message"}}`.
"""

from datetime import UTC, datetime
from typing import Any

from callout.features.api_configs.answers import members, number, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "ElevenLabs"
_REMEDIES = {
    "detected_unusual_activity": "ElevenLabs has stopped free use from this network; use a paid plan.",
    "needs_authorization": "The key is empty or was cut off; copy it again.",
}


class ElevenLabsCheck:
    """Implements `ProviderCheck` for ElevenLabs."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A key that may only speak is good, although it does not tell what is left."""
        headers = {"xi-api-key": credential.values["api_key"]}
        answer = await ask(Ask(url=f"{credential.base_url}/v1/user", headers=headers))
        status = str(answer.member("detail", "status") or "")
        if answer.status == 401 and status == "missing_permissions":
            warning = "The key may not read the account (user_read), so what is left is not known."
            return Validation(unit="characters", warning=warning)
        if answer.status == 401 and status == "quota_exceeded":
            return Validation(remaining=0, unit="characters", warning="All characters of this period are used.")
        if answer.status in {401, 403}:
            remedy = _REMEDIES.get(status, "Create a new key at elevenlabs.io, API keys.")
            raise KeyRefused(f"{_LABEL} does not accept this key.", remedy)
        told = members(answer, _LABEL)
        plan: Any = told.get("subscription")
        plan = plan if isinstance(plan, dict) else {}
        used, limit = number(plan.get("character_count")), number(plan.get("character_limit"))
        left = max(0.0, limit - used) if limit is not None and used is not None else None
        may_exceed = plan.get("can_extend_character_limit") is True
        return Validation(
            account=text(told.get("first_name")) or text(told.get("user_id")),
            tier=text(plan.get("tier")),
            quota=limit,
            remaining=left,
            unit="characters",
            warning="All characters of this period are used." if left == 0 and not may_exceed else None,
            details={
                "characters_used": used,
                "voice_limit": number(plan.get("voice_limit")),
                "voices_used": number(plan.get("voice_slots_used")),
                "can_clone": plan.get("can_use_instant_voice_cloning") is True,
                "renews_at": _time(plan.get("next_character_count_reset_unix")),
            },
        )


def _time(seconds: Any) -> str | None:
    found = number(seconds)
    if found is None or not 0 < found < 1e11:
        return None
    return datetime.fromtimestamp(found, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
