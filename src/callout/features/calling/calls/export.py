"""Calls as an export."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select

from callout.features.calling.calls.listing import call_conditions
from callout.features.calling.calls.schemas import CallQuery
from callout.features.calling.calls.tables import Call
from callout.features.exports.ports import CellKind
from callout.features.exports.table_source import TableSource
from callout.features.prospecting.exporting.filters import read_filters, stored_form
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work


class CallExport(TableSource):
    """Calls with the name of whom they were with."""

    kind = "calls"
    table = Call
    title = "Calls"
    defaults: ClassVar = (
        "created_at", "direction", "contact_name", "to_number", "from_number", "status", "outcome", "end_reason",
        "answered_by", "duration_s", "cost", "currency", "opted_out", "error_code",
    )  # fmt: skip
    hidden: ClassVar = {
        "media_token_hash", "media_token_until", "agreed", "result", "script", "variables", "knowledge_base_ids",
    }  # fmt: skip

    def derived(self) -> dict[str, tuple[CellKind, ColumnElement[Any]]]:
        """The contact's name."""
        named = select(Contact.name).where(Contact.tenant_id == Call.tenant_id, Contact.id == Call.contact_id)
        return {"contact_name": ("text", named.correlate(Call).scalar_subquery())}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(CallQuery, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list."""
        return call_conditions(read_filters(CallQuery, filters), masked=False)
