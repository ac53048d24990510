"""Every answer to the question whether to dial, as an export: the record of decisions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import ColumnElement

from callout.features.calling.compliance.decision_filters import decision_conditions
from callout.features.calling.compliance.schemas import DecisionFilters
from callout.features.calling.compliance.tables import DialDecision
from callout.features.exports.table_source import TableSource
from callout.features.prospecting.exporting.filters import read_filters, stored_form
from callout.kit.db.work import Work


class DecisionExport(TableSource):
    """Decisions in the order they were made."""

    kind = "decisions"
    table = DialDecision
    title = "Decisions"
    defaults: ClassVar = (
        "at", "moment", "phone", "is_allowed", "reason", "detail", "retry_at", "profile", "profile_reviewed",
        "contact_id", "campaign_id", "agent_id", "call_id", "facts",
    )  # fmt: skip
    hidden: ClassVar = {"created_at", "updated_at"}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(DecisionFilters, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list."""
        return decision_conditions(read_filters(DecisionFilters, filters))
