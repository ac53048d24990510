"""The filters of the list of contacts, as SQL."""

from sqlalchemy import ColumnElement, select

from callout.features.accounts.masking import found_by
from callout.features.prospecting.schemas import ContactQuery
from callout.features.prospecting.tables import CallListItem, Contact


def contact_conditions(filters: ContactQuery, *, masked: bool) -> list[ColumnElement[bool]]:
    """Which contacts a query means.

    Args:
        filters: the query.
        masked: whether who asks sees phones and addresses masked, from `sees_masked`.
    """
    conditions: list[ColumnElement[bool]] = []
    if filters.q:
        shown, hidden = (Contact.name, Contact.business_name), (Contact.phone, Contact.email)
        conditions.append(found_by(filters.q, shown, hidden, masked=masked))
    conditions += [
        getattr(Contact, name).in_(values)
        for name in ("status", "lead_status", "priority", "source", "category")
        if (values := getattr(filters, name))
    ]
    if filters.has_email is not None:
        conditions.append(Contact.email.is_not(None) if filters.has_email else Contact.email.is_(None))
    if filters.call_list_id is not None:
        on_list = select(CallListItem.contact_id).where(CallListItem.call_list_id == filters.call_list_id)
        conditions.append(Contact.id.in_(on_list))
    return conditions
