"""Businesses as an export: every field under the name the API gives it, so that it can be imported again."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement

from callout.features.exports.table_source import TableSource
from callout.features.prospecting import store
from callout.features.prospecting.business_filter import business_conditions
from callout.features.prospecting.exporting.filters import read_filters, stored_form
from callout.features.prospecting.schemas import BusinessCriteria
from callout.features.prospecting.tables import Business
from callout.kit.db.many import one_of
from callout.kit.db.work import Work


class BusinessExportFilter(BusinessCriteria):
    """The list's filters, chosen rows, and whether rows that nobody can call come along."""

    ids: list[UUID] | None = Field(default=None, max_length=5000)
    include_uncallable: bool = False


class BusinessExport(TableSource):
    """Businesses that were not merged away; on a sheet for each call priority."""

    kind = "businesses"
    table = Business
    title = "Businesses"
    defaults: ClassVar = ("name", "phone", "address", "category", "call_priority", "best_time_to_call", "rating")
    hidden: ClassVar = {"dedupe_key", "merged_into_id"}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(BusinessExportFilter, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list, and by default a phone: only rows that can be called are exported."""
        query = read_filters(BusinessExportFilter, filters)
        conditions = [Business.merged_into_id.is_(None), *business_conditions(query)]
        if query.ids is not None:
            conditions.append(one_of(Business.id, query.ids))
        if not query.include_uncallable:
            conditions.append(Business.phone.is_not(None))
        return conditions

    def parts(self) -> list[tuple[str, ColumnElement[bool] | None]]:
        """A sheet for each priority, the most promising first."""
        names = {"high": "High priority", "medium": "Medium priority", "low": "Low priority"}
        return [(name, Business.call_priority == priority) for priority, name in names.items()]

    async def summary(self, work: Work, filters: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """The figures of the list (product specification §6.1)."""
        stats = await store.business_stats(work, *self.conditions(work, filters))
        names = ("with_phone", "with_website", "with_email", "categories", "mean_rating", "unrated")
        return [(name.replace("_", " ").capitalize(), stats[name]) for name in names]
