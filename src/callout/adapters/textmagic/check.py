"""Checks a key by reading the user it belongs to.

Source: Textmagic REST API v2, `GET /api/v2/user`; errors are `{"code", "message"}`.
"""

from datetime import datetime
from typing import Final

from callout.features.api_configs.answers import members, number, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, KeyRefused, Validation

_LABEL = "Textmagic"
_STATUS: Final = {"A": "active", "T": "trial"}


class TextmagicCheck:
    """Implements `ProviderCheck` for Textmagic."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`."""
        headers = {"X-TM-Username": credential.values["username"], "X-TM-Key": credential.values["api_key"]}
        answer = await ask(Ask(url=f"{credential.base_url}/api/v2/user", headers=headers))
        if answer.status in {401, 403}:
            remedy = "Check both at my.textmagic.com, API settings."
            raise KeyRefused("Textmagic does not accept this user name and key.", remedy)
        told = members(answer, _LABEL)
        balance = number(told.get("balance"))
        return Validation(
            account=text(told.get("company")) or text(told.get("email")),
            tier=_STATUS.get(str(told.get("status"))),
            remaining=balance,
            unit=text(answer.member("currency", "id")),
            warning="The balance is used up. Add money at my.textmagic.com."
            if balance is not None and balance <= 0
            else None,
        )
