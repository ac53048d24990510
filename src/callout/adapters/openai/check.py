"""Checks a key by listing models: OpenAI, and servers that speak its protocol.

Source: OpenAI API reference, "List models" and "Error codes". Errors are `{"error": {"message", "type", "code"}}`.
"""

from datetime import datetime

from callout.features.api_configs.answers import members, trouble
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Unclear, Validation

_REFUSED = {
    "invalid_api_key": "Create a new key at platform.openai.com, API keys.",
    "account_deactivated": "The account is deactivated; sign in at platform.openai.com.",
}


class ModelListCheck:
    """Implements `ProviderCheck` for OpenAI and its like."""

    def __init__(self, label: str = "OpenAI") -> None:
        """Takes the name people know the provider by."""
        self._label = label

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A key without credit is good, and says so."""
        if not credential.base_url:
            raise Unclear(f"The address of {self._label} is missing.", "Enter it.")
        root = credential.base_url.removesuffix("/v1")
        key = credential.values.get("api_key")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        answer = await ask(Ask(url=f"{root}/v1/models", headers=headers))
        code = answer.member("error", "code")
        if answer.status == 401:
            remedy = _REFUSED.get(str(code), "Check the key, or create a new one.")
            raise KeyRefused(f"{self._label} does not accept this key.", remedy)
        if answer.status == 403:
            raise KeyRefused(f"{self._label} does not let this key list models.", "Use a key without restrictions.")
        if answer.status == 429 and code == "insufficient_quota":
            return Validation(remaining=0, warning=f"{self._label} has no credit left. Add some under Billing.")
        rows = members(answer, self._label).get("data")
        if not isinstance(rows, list):
            trouble(answer, self._label)
        models = [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
        wanted = credential.options.get("model")
        lacks = wanted and wanted not in models
        return Validation(
            warning=f"This key may not use the model {wanted}." if lacks else None, details={"models": len(models)}
        )
