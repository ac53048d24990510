"""/api/admin/analytics: read-only reports."""

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from litestar import Router, get
from pydantic import Field

from callout.features.accounts.permissions import allow
from callout.features.analytics import reports
from callout.features.analytics.dispatch_report import Asked, dispatch_report
from callout.features.analytics.periods import Bucket, Period, custom_period, preset_period
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.models import Filtered, Query

Choice = Literal["24h", "7d", "30d", "90d", "this_month", "last_month", "custom"]


class ReportQuery(Query):
    """A preset, or whole days from `from` to before `to`."""

    preset: Choice = "30d"
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")

    @classmethod
    def known(cls) -> set[str]:
        return {"preset", "from", "to"}

    def period(self, work: Work, books: reports.Books) -> Period:
        """The period asked for, in the tenant's zone.

        Raises:
            Unprocessable: half a range, or an impossible one.
        """
        if self.first is not None and self.last is not None:
            return custom_period(self.first, self.last, books.zone)
        if self.first is not None or self.last is not None or self.preset == "custom":
            missing = "from" if self.first is None else "to"
            raise Unprocessable.at(missing, "give both from and to", code="required")
        return preset_period(self.preset, work.now, books.zone)


class DispatchQuery(ReportQuery):
    """A period, how long a step of the series is, and which dispatch."""

    bucket: Bucket | None = None
    service_type: str | None = Field(None, max_length=40)
    vendor_id: UUID | None = None
    compare: bool = False

    @classmethod
    def known(cls) -> set[str]:
        return super().known() | {"bucket", "service_type", "vendor_id", "compare"}


REPORTS: Final[dict[str, type[ReportQuery]]] = {
    "dashboard": ReportQuery,
    "billing/summary": ReportQuery,
    "dispatch": DispatchQuery,
}


@get("/", guards=[allow("analytics.read", roles="OMW")])
async def index() -> dict[str, Any]:
    """The reports there are, with their parameters."""
    return {"reports": [{"name": name, "parameters": sorted(query.known())} for name, query in REPORTS.items()]}


@get("/dashboard", guards=[allow("analytics.read", roles="OMW")], filters=ReportQuery)
async def dashboard(work: Work, filters: Filtered[ReportQuery]) -> dict[str, Any]:
    books = await reports.books_of(work)
    return await reports.dashboard(work, filters.period(work, books), books)


@get("/billing/summary", guards=[allow("analytics.read", roles="OMW")], filters=ReportQuery)
async def billing_summary(work: Work, filters: Filtered[ReportQuery]) -> dict[str, Any]:
    books = await reports.books_of(work)
    return await reports.billing_summary(work, filters.period(work, books), books)


@get("/dispatch", guards=[allow("analytics.read", roles="OMW")], filters=DispatchQuery)
async def dispatch(work: Work, filters: Filtered[DispatchQuery]) -> dict[str, Any]:
    """How orders found their vendors: as a whole, over time, how evenly, and as expected or not."""
    books = await reports.books_of(work)
    asked = Asked(
        period=filters.period(work, books),
        bucket=filters.bucket,
        service_type=filters.service_type,
        vendor_id=filters.vendor_id,
        is_compared=filters.compare,
    )
    return await dispatch_report(work, asked, books)


router = Router(
    "/api/admin/analytics", route_handlers=[index, dashboard, billing_summary, dispatch], tags=["Analytics"]
)
