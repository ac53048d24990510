"""Checks keys of places providers by the call their sources have for it."""

import asyncio
from datetime import datetime

from callout.features.api_configs.credential import Credential
from callout.features.api_configs.ports import Asking, KeyRefused, TooSlow, Unclear, Validation
from callout.features.prospecting import ports as places
from callout.run.outbound import Outbound
from callout.run.places import places_of

SPENT = "The searches of this key are used up for now."


class PlacesCheck:
    """Implements `ProviderCheck` by `PlacesSource.account`."""

    def __init__(self, label: str, outbound: Outbound) -> None:
        """Takes the provider's name, and the ways out."""
        self._label = label
        self._outbound = outbound

    async def check(self, credential: Credential, ask: Asking, now: datetime) -> Validation:
        """See `ProviderCheck`. A key without searches is good, and says so."""
        source = places_of(credential, self._outbound.client_of(credential), timeout_s=self._outbound.check_timeout_s)
        if source is None:
            raise Unclear(f"{self._label} cannot be asked.")
        try:
            async with asyncio.timeout(self._outbound.check_timeout_s):
                told = await source.account()
        except TimeoutError as error:
            raise TooSlow(f"{self._label} did not answer in time.", "Try again later.") from error
        except places.KeyRefused as failure:
            raise KeyRefused(failure.message, "Check the key, or create a new one there.") from failure
        except places.QuotaSpent:
            return Validation(remaining=0, unit="searches", warning=SPENT)
        except places.PlacesFailed as failure:
            raise Unclear(failure.message, failure.remedy or "Try again later.") from failure
        quota = told.details.get("searches_per_month")
        return Validation(
            tier=told.plan,
            quota=float(quota) if isinstance(quota, int | float) else None,
            remaining=told.remaining,
            unit="searches",
            warning=SPENT if told.remaining == 0 else None,
            details={**told.details, "per_second": told.per_second},
        )
