"""Figures of dispatch over HTTP: as a whole, fairness, and vendor by vendor."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

from litestar import Request, Response, Router, get
from pydantic import Field

from callout.features.accounts.permissions import allow
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.performance.stats import fairness_report, stats
from callout.features.dispatch.performance.vendor_report import all_vendors, one_vendor
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.fields import AwareTime
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered, Query

PREFIX = "/api/admin/vendor-selection"
ROLES = "OMW"
USUAL = timedelta(days=90)


class StatsQuery(Query):
    """How far back."""

    window: Literal["24h", "7d", "30d", "90d"] = "30d"

    @classmethod
    def known(cls) -> set[str]:
        return {"window"}


class SpanQuery(Query):
    """Which span, 90 days until now unless given, and which service."""

    sortable: ClassVar[tuple[str, ...]] = ("full_name",)
    default_sort: ClassVar[str] = "full_name"

    start: AwareTime | None = Field(default=None, alias="from")
    end: AwareTime | None = Field(default=None, alias="to")
    service: str | None = Field(default=None, max_length=40)

    @classmethod
    def known(cls) -> set[str]:
        return (set(cls.model_fields) - {"start", "end"}) | {"from", "to"}

    def span(self, now: datetime) -> Span:
        """The span asked for.

        Raises:
            Unprocessable: it is empty.
        """
        end = self.end or now
        start = self.start or end - USUAL
        if start >= end:
            raise Unprocessable.at("from", "must be before to")
        return Span(start, end, self.service)


class OneVendorQuery(SpanQuery):
    """The same for one vendor, who needs no pages."""

    @classmethod
    def known(cls) -> set[str]:
        return {"from", "to", "service"}


@get("/stats", guards=[allow("analytics.read", roles=ROLES)], filters=StatsQuery)
async def show_stats(work: Work, filters: Filtered[StatsQuery]) -> dict[str, Any]:
    """Fill rate, speed, offers and lost yeses for each job, fairness, and why vendors were not asked."""
    return await stats(work, filters.window)


@get("/fairness", guards=[allow("analytics.read", roles=ROLES)], filters=StatsQuery)
async def show_fairness(work: Work, filters: Filtered[StatsQuery]) -> dict[str, Any]:
    """How evenly work falls on the vendors of each service, and how newcomers fare."""
    return await fairness_report(work, filters.window)


@get("/performance", guards=[allow("analytics.read", roles=ROLES)], filters=SpanQuery)
async def list_performance(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[SpanQuery]
) -> Response[dict[str, Any]]:
    """Vendors by name, with what they did and what is believed of them."""
    down = filters.order()[0][1]
    rows, total = await all_vendors(work, filters.span(work.now), down=down, limit=filters.limit, offset=filters.offset)
    return listed(filters, rows, total, request=request)


@get("/performance/{vendor_id:uuid}", guards=[allow("analytics.read", roles=ROLES)], filters=OneVendorQuery)
async def show_performance(work: Work, vendor_id: UUID, filters: Filtered[OneVendorQuery]) -> dict[str, Any]:
    """One vendor."""
    return await one_vendor(work, vendor_id, filters.span(work.now))


router = Router(PREFIX, route_handlers=[show_stats, show_fairness, list_performance, show_performance])
