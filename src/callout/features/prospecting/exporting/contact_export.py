"""Contacts, the suppression list and the record of consent as exports."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, exists, select

from callout.features.accounts.masking import found_by
from callout.features.exports.ports import CellKind
from callout.features.exports.table_source import TableSource
from callout.features.prospecting.contact_filters import contact_conditions
from callout.features.prospecting.exporting.filters import read_filters, stored_form
from callout.features.prospecting.schemas import ConsentQuery, ContactQuery, SuppressionQuery
from callout.features.prospecting.tables import ConsentRecord, Contact, SuppressionEntry
from callout.kit.db.work import Work


class ContactExport(TableSource):
    """Contacts with what the suppression list says about them."""

    kind = "contacts"
    table = Contact
    title = "Contacts"
    defaults: ClassVar = (
        "name", "phone", "email", "business_name", "category", "address", "timezone", "priority", "tags", "status",
        "lead_status", "lead_score", "last_called_at", "last_outcome",
    )  # fmt: skip
    hidden: ClassVar = {"suggestions"}

    def derived(self) -> dict[str, tuple[CellKind, ColumnElement[Any]]]:
        """Whether calls are forbidden."""
        entry = SuppressionEntry
        forbidden = and_(entry.tenant_id == Contact.tenant_id, entry.phone == Contact.phone, entry.removed_at.is_(None))
        return {"suppressed": ("flag", exists(select(entry.id).where(forbidden)).correlate(Contact))}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(ContactQuery, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list."""
        query = read_filters(ContactQuery, filters)
        return [Contact.deleted_at.is_(None), *contact_conditions(query, masked=False)]


class SuppressionExport(TableSource):
    """The entries in force."""

    kind = "suppression"
    table = SuppressionEntry
    title = "Suppression"
    defaults: ClassVar = ("phone", "email", "channels", "reason", "created_at")
    hidden: ClassVar = {"key_hash", "removed_at", "removed_reason"}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(SuppressionQuery, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list."""
        query = read_filters(SuppressionQuery, filters)
        conditions: list[ColumnElement[bool]] = [SuppressionEntry.removed_at.is_(None)]
        if query.reason:
            conditions.append(SuppressionEntry.reason.in_(query.reason))
        if query.q:
            columns = (SuppressionEntry.phone, SuppressionEntry.email)
            conditions.append(found_by(query.q, (), columns, masked=False))
        return conditions


class ConsentExport(TableSource):
    """Every record, granted and withdrawn."""

    kind = "consents"
    table = ConsentRecord
    title = "Consents"
    defaults: ClassVar = ("phone", "scope", "basis", "action", "source", "statement", "at", "expires_at")

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        return stored_form(read_filters(ConsentQuery, filters))

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Those of the list."""
        query = read_filters(ConsentQuery, filters)
        conditions: list[ColumnElement[bool]] = []
        if query.contact_id:
            conditions.append(ConsentRecord.contact_id == query.contact_id)
        if query.phone:
            conditions.append(ConsentRecord.phone == query.phone)
        return conditions
