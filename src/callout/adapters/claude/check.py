"""Checks a key by listing models.

Source: Anthropic API reference, "List Models" and "Errors": `{"type": "error", "error": {"type", "message"}}`.
"""

from datetime import datetime

from callout.features.api_configs.answers import members
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "Anthropic Claude"
API_VERSION = "2023-06-01"


class ClaudeCheck:
    """Implements `ProviderCheck` for Anthropic Claude."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        headers = {"x-api-key": credential.values["api_key"], "anthropic-version": API_VERSION}
        answer = await ask(Ask(url=f"{credential.base_url}/v1/models", headers=headers, params={"limit": "1000"}))
        if answer.status == 401:
            remedy = "Create a new key at console.anthropic.com, API keys."
            raise KeyRefused(f"{_LABEL} does not accept this key.", remedy)
        if answer.status == 403:
            raise KeyRefused(f"{_LABEL} does not let this key list models.", "Use a key of a workspace that may.")
        rows = members(answer, _LABEL).get("data") or []
        models = [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]
        wanted = credential.options.get("model")
        lacks = wanted and not str(wanted).endswith("-latest") and wanted not in models
        return Validation(
            warning=f"This key may not use the model {wanted}." if lacks else None, details={"models": len(models)}
        )
