"""Checks a Nominatim server by asking how it is.

Source: Nominatim manual, "Status": `GET /status?format=json` answers `{"status", "message", "data_updated"}`,
0 is well.
"""

from datetime import datetime

from callout.features.api_configs.answers import members, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, Unclear, Validation

_LABEL = "The Nominatim server"


class NominatimCheck:
    """Implements `ProviderCheck` for a Nominatim server, which has no keys."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        if not credential.base_url:
            raise Unclear("The address of the Nominatim server is missing.", "Enter it.")
        answer = await ask(Ask(url=f"{credential.base_url}/status", params={"format": "json"}))
        told = members(answer, _LABEL)
        if told.get("status") != 0:
            raise Unclear("The Nominatim server is not ready: its database does not answer.", "Look into its log.")
        return Validation(
            details={"data_updated": text(told.get("data_updated")), "version": text(told.get("software_version"))}
        )
