"""Checks a key by listing projects, and asks for the balance of the first.

Source: Deepgram API reference, `GET /v1/projects`, `GET /v1/projects/{id}/balances`, "Errors".
"""

from datetime import datetime
from typing import Any

from callout.features.api_configs.answers import members, number, text
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Ask, Asking, CheckFailed, KeyRefused, Validation

_LABEL = "Deepgram"


class DeepgramCheck:
    """Implements `ProviderCheck` for Deepgram."""

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A key that may only transcribe is good, although it does not tell what is left."""
        headers = {"Authorization": f"Token {credential.values['api_key']}"}
        url = f"{credential.base_url}/v1/projects"
        answer = await ask(Ask(url=url, headers=headers))
        if answer.status == 401:
            raise KeyRefused("Deepgram does not accept this key.", "Create a new one at console.deepgram.com.")
        if answer.status == 403:
            return Validation(unit="USD", warning="The key may not read its project, so what is left is not known.")
        rows = members(answer, _LABEL).get("projects")
        projects: list[Any] = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        if not projects:
            raise KeyRefused("The key belongs to no Deepgram project.", "Create a new one at console.deepgram.com.")
        balance = await self._balance(ask, f"{url}/{projects[0].get('project_id')}/balances", headers)
        spent = balance is not None and balance <= 0
        return Validation(
            account=text(projects[0].get("name")),
            remaining=balance,
            unit="USD",
            warning="The balance is used up. Add credit at console.deepgram.com." if spent else None,
            details={"projects": len(projects)},
        )

    @staticmethod
    async def _balance(ask: Asking, url: str, headers: dict[str, str]) -> float | None:
        try:
            rows = members(await ask(Ask(url=url, headers=headers)), _LABEL).get("balances")
        except CheckFailed:
            return None
        amounts = [number(row.get("amount")) for row in rows or [] if isinstance(row, dict)]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known else None
