"""/api/admin/analytics: read-only reports."""

from datetime import date
from typing import Any

from litestar import Router, get
from pydantic import model_validator

from callout.features.accounts.permissions import allow
from callout.features.analytics import reports
from callout.features.analytics.periods import Period, Preset, custom_period, preset_period
from callout.kit.db.work import Work
from callout.kit.http.models import Filtered, Query


class ReportQuery(Query):
    """A preset, or whole days from `from` to before `to`."""

    preset: Preset = "30d"
    first: date | None = None
    last: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_names(cls, raw: Any) -> Any:
        names = {"from": "first", "to": "last"}
        return {names.get(name, name): value for name, value in raw.items()} if isinstance(raw, dict) else raw

    @classmethod
    def known(cls) -> set[str]:
        return {*cls.model_fields, "from", "to"} - {"first", "last"}

    def period(self, work: Work, books: reports.Books) -> Period:
        """The period asked for, in the tenant's zone."""
        if self.first is not None and self.last is not None:
            return custom_period(self.first, self.last, books.zone)
        return preset_period(self.preset, work.now, books.zone)


@get("/", guards=[allow("analytics.read", roles="OMW")])
async def index() -> dict[str, Any]:
    """The reports there are, with their parameters."""
    parameters = ["preset", "from", "to"]
    return {"reports": [{"name": name, "parameters": parameters} for name in ("dashboard", "billing/summary")]}


@get("/dashboard", guards=[allow("analytics.read", roles="OMW")], filters=ReportQuery)
async def dashboard(work: Work, filters: Filtered[ReportQuery]) -> dict[str, Any]:
    books = await reports.books_of(work)
    return await reports.dashboard(work, filters.period(work, books), books)


@get("/billing/summary", guards=[allow("analytics.read", roles="OMW")], filters=ReportQuery)
async def billing_summary(work: Work, filters: Filtered[ReportQuery]) -> dict[str, Any]:
    books = await reports.books_of(work)
    return await reports.billing_summary(work, filters.period(work, books), books)


router = Router("/api/admin/analytics", route_handlers=[index, dashboard, billing_summary], tags=["Analytics"])
