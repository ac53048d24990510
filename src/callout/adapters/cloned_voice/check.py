"""Checks a key of an own voice server by listing its voices.

The server answers `GET /v1/voices` as ElevenLabs does (`{"voices": [{"voice_id", "name"}]}`) and takes its key as
`xi-api-key` or as a bearer token.
"""

from datetime import datetime

from callout.features.api_configs.answers import members, trouble
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, Unclear, Validation

_LABEL = "The voice server"


class ClonedVoiceCheck:
    """Implements `ProviderCheck` for an own voice server."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. Without an address only its webhooks are used, and nothing can be checked."""
        if not credential.base_url:
            raise Unclear("The address of the voice server is missing.", "Enter it; its webhooks are taken without.")
        key = credential.values["api_key"]
        headers = {"xi-api-key": key, "Authorization": f"Bearer {key}"}
        answer = await ask(Ask(url=f"{credential.base_url}/v1/voices", headers=headers))
        voices = members(answer, _LABEL).get("voices")
        if not isinstance(voices, list):
            trouble(answer, _LABEL)
        return Validation(warning=None if voices else "The server has no voice yet.", details={"voices": len(voices)})
