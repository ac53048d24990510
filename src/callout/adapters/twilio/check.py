"""Checks an account and asks for its balance.

Source: Twilio API reference, "Account resource", "Balance resource" and error codes 20003, 20404.
"""

from datetime import datetime
from typing import Any

from callout.features.api_configs.answers import members, number, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, CheckFailed, KeyRefused, Validation

_LABEL = "Twilio"


class TwilioCheck:
    """Implements `ProviderCheck` for Twilio."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A suspended or closed account counts as refused: nothing can be done with it."""
        sid = credential.values["account_sid"]
        auth = (sid, credential.values["auth_token"])
        account = f"{credential.base_url}/2010-04-01/Accounts/{sid}"
        answer = await ask(Ask(url=f"{account}.json", basic_auth=auth))
        if answer.status in {401, 403}:
            remedy = "Copy Account SID and Auth Token again from console.twilio.com."
            raise KeyRefused("Twilio does not accept this Account SID and Auth Token.", remedy)
        if answer.status == 404:
            raise KeyRefused("Twilio knows no such account.", "Copy the Account SID again from console.twilio.com.")
        told = members(answer, _LABEL)
        if told.get("status") in {"suspended", "closed"}:
            raise KeyRefused(f"The Twilio account is {told['status']}.", "Sign in at console.twilio.com.")
        balance, currency = await self._balance(ask, account, auth)
        is_trial = told.get("type") == "Trial"
        return Validation(
            account=text(told.get("friendly_name")),
            tier=text(told.get("type")),
            remaining=balance,
            unit=currency,
            warning=_warning(balance, is_trial=is_trial),
            details={"status": text(told.get("status"))},
        )

    @staticmethod
    async def _balance(ask: Asking, account: str, auth: tuple[str, str]) -> tuple[float | None, str | None]:
        """None for a sub-account, which has no balance of its own, and when it cannot be read."""
        try:
            told: Any = members(await ask(Ask(url=f"{account}/Balance.json", basic_auth=auth)), _LABEL)
        except CheckFailed:
            return None, None
        return number(told.get("balance")), text(told.get("currency"))


def _warning(balance: float | None, *, is_trial: bool) -> str | None:
    if balance is not None and balance <= 0:
        return "The balance is used up. Add money at console.twilio.com."
    return "A trial account calls verified numbers only." if is_trial else None
