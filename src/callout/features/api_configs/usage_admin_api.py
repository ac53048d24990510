"""How much providers are used, over HTTP."""

from datetime import date, timedelta
from typing import Any

from litestar import Router, get
from pydantic import Field, model_validator

from callout.features.accounts.permissions import allow
from callout.features.api_configs.service import ApiConfigs
from callout.features.api_configs.usage import usage_report
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.models import Filtered, Query

LONGEST = timedelta(days=366)
USUAL = timedelta(days=29)


class UsageQuery(Query):
    """Of one provider or all, from a day to a day (UTC, both included); the last 30 days unless given."""

    provider: str | None = Field(None, max_length=40)
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")

    @classmethod
    def known(cls) -> set[str]:
        """The parameters by their names on the wire."""
        return {"provider", "from", "to"}

    @model_validator(mode="after")
    def _ordered(self) -> "UsageQuery":
        if self.first and self.last and self.last < self.first:
            raise ValueError("to: must not be before from")
        return self


@get("/usage", guards=[allow("provider_config.read", roles="OM")], filters=UsageQuery)
async def show_usage(work: Work, api_configs: ApiConfigs, filters: Filtered[UsageQuery]) -> list[dict[str, Any]]:
    """Requests, errors, latencies, cost, and what is left, per provider; simulators are counted apart."""
    last = filters.last or work.now.date()
    first = filters.first or last - USUAL
    if last - first > LONGEST:
        raise Unprocessable.at("from", "at most 366 days before to")
    provider = api_configs.spec(filters.provider).provider if filters.provider else None
    return await usage_report(work, first, last, provider)


router = Router("/api/admin/api-configs", route_handlers=[show_usage], tags=["api-configs"])
