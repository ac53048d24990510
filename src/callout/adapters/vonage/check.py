"""Checks key and secret by asking for the balance.

Source: Vonage Account API, `GET /account/get-balance`: `{"value", "autoReload"}`, in euro.
"""

from datetime import datetime

from callout.features.api_configs.answers import members, number
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "Vonage"


class VonageCheck:
    """Implements `ProviderCheck` for Vonage."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        auth = (credential.values["api_key"], credential.values["api_secret"])
        answer = await ask(Ask(url=f"{credential.base_url}/account/get-balance", basic_auth=auth))
        if answer.status in {401, 403}:
            remedy = "Check both at dashboard.nexmo.com, API settings."
            raise KeyRefused("Vonage does not accept this key and secret.", remedy)
        told = members(answer, _LABEL)
        balance, reloads = number(told.get("value")), told.get("autoReload") is True
        is_spent = balance is not None and balance <= 0 and not reloads
        return Validation(
            remaining=balance,
            unit="EUR",
            warning="The balance is used up. Add money at dashboard.nexmo.com." if is_spent else None,
            details={"reloads_itself": reloads},
        )
