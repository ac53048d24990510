"""Asks a provider whether it accepts a key, and says the answer without the key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Askers, KeyRefused, ProviderCheck, TooSlow, Unclear, Validation

LONGEST_TEXT = 200
MOST_DETAILS = 12
Outcome = Literal["valid", "refused", "unclear", "slow", "unchecked"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a check came to.

    Attributes:
        outcome: `unchecked` when there is no check for the provider; `unclear` and `slow` say nothing about the key.
        words: what happened and what to do, for a person.
        validation: what the provider tells about the account, when it accepted the key.
    """

    outcome: Outcome
    words: str = ""
    validation: dict[str, Any] | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What checking one provider's key came to, and for which key."""

    verdict: Verdict
    credential: Credential
    stored: bool


class Checker:
    """Runs checks. Called with no transaction open."""

    def __init__(self, checks: Mapping[str, ProviderCheck], askers: Askers) -> None:
        """Takes one check per provider, and the ways to reach them."""
        self._checks = checks
        self._askers = askers

    async def verdict(self, credential: Credential, now: datetime) -> Verdict:
        """Asks the provider; never raises for what it answers."""
        check = self._checks.get(credential.provider)
        if check is None:
            return Verdict(outcome="unchecked")
        try:
            found = await check.check(credential, self._askers.asker_of(credential), now)
        except KeyRefused as failure:
            return Verdict(outcome="refused", words=failure.words)
        except TooSlow as failure:
            return Verdict(outcome="slow", words=failure.words)
        except Unclear as failure:
            return Verdict(outcome="unclear", words=failure.words)
        told = without_values(_presentable(found), credential.values)
        return Verdict(outcome="valid", words=told.get("warning") or "", validation=told)


def without_values(told: Any, values: Mapping[str, str]) -> Any:
    """The same with every text that holds one of the values taken out; a provider may echo what it was sent."""
    hidden = [value for value in values.values() if len(value) >= 8]
    match told:
        case str():
            return "[removed]" if any(value in told for value in hidden) else told[:LONGEST_TEXT]
        case dict():
            return {str(name)[:60]: without_values(inner, values) for name, inner in list(told.items())[:MOST_DETAILS]}
        case list() | tuple():
            return [without_values(inner, values) for inner in list(told)[:MOST_DETAILS]]
        case _:
            return told


def _presentable(found: Validation) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told
