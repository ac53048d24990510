"""Checks a key by listing models.

Source: Gemini API reference, "models.list"; errors as google.rpc.Status with an ErrorInfo `reason`.
"""

from datetime import datetime
from typing import Any

from callout.features.api_configs.answers import members
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Answer, Ask, Asking, KeyRefused, Validation

_LABEL = "Google Gemini"
_REMEDIES = {
    "API_KEY_INVALID": "Create a new key at aistudio.google.com.",
    "SERVICE_DISABLED": "Enable the Generative Language API for the key's project.",
    "API_KEY_SERVICE_BLOCKED": "The key is restricted to other APIs; allow the Generative Language API.",
    "API_KEY_IP_ADDRESS_BLOCKED": "The key is restricted to other addresses; allow this server's.",
    "CONSUMER_SUSPENDED": "The key's project is suspended; look into the Google Cloud console.",
}


class GeminiCheck:
    """Implements `ProviderCheck` for Google Gemini."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        headers = {"x-goog-api-key": credential.values["api_key"]}
        url = f"{credential.base_url}/v1beta/models"
        answer = await ask(Ask(url=url, headers=headers, params={"pageSize": "1000"}))
        reason = _reason(answer)
        if answer.status in {400, 401, 403} and (reason in _REMEDIES or answer.status != 400):
            raise KeyRefused(f"{_LABEL} does not accept this key.", _REMEDIES.get(reason, "Check the key."))
        if answer.status == 429:
            return Validation(remaining=0, warning=f"The quota of {_LABEL} is used up for now.")
        rows = members(answer, _LABEL).get("models") or []
        models = [str(row.get("name", "")).removeprefix("models/") for row in rows if isinstance(row, dict)]
        wanted = credential.options.get("model")
        lacks = wanted and str(wanted).removeprefix("models/") not in models
        return Validation(
            warning=f"This key may not use the model {wanted}." if lacks else None, details={"models": len(models)}
        )


def _reason(answer: Answer) -> str:
    details: Any = answer.member("error", "details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict) and "reason" in detail:
            return str(detail["reason"])
    return ""
