"""Checks a key by asking what it is.

Source: xAI API reference, `GET /v1/api-key`; errors are `{"code", "error"}`, a wrong key is 400.
"""

from datetime import datetime

from callout.features.api_configs.answers import members, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "xAI Grok"
_STOPPED = {
    "api_key_blocked": "The key is blocked.",
    "api_key_disabled": "The key is disabled.",
    "team_blocked": "The team of the key is blocked; look into its billing.",
}


class GrokCheck:
    """Implements `ProviderCheck` for xAI Grok."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        headers = {"Authorization": f"Bearer {credential.values['api_key']}"}
        answer = await ask(Ask(url=f"{credential.base_url}/v1/api-key", headers=headers))
        if answer.status in {400, 401, 403}:
            raise KeyRefused(f"{_LABEL} does not accept this key.", "Create a new one at console.x.ai, API keys.")
        told = members(answer, _LABEL)
        for member, words in _STOPPED.items():
            if told.get(member) is True:
                raise KeyRefused(f"{_LABEL}: {words}", "Sign in at console.x.ai.")
        return Validation(account=text(told.get("name")), details={"team_id": text(told.get("team_id"))})
