"""The filters of the list of decisions, as SQL."""

from sqlalchemy import ColumnElement

from callout.features.calling.compliance.schemas import DecisionFilters
from callout.features.calling.compliance.tables import DialDecision

_EQUAL = ("phone", "contact_id", "campaign_id", "call_id", "is_allowed")


def decision_conditions(filters: DecisionFilters) -> list[ColumnElement[bool]]:
    """Which decisions a query means; times are inclusive from, exclusive to."""
    row = DialDecision
    conditions: list[ColumnElement[bool]] = [
        getattr(row, name) == value for name in _EQUAL if (value := getattr(filters, name)) is not None
    ]
    conditions += [
        getattr(row, name).in_(values) for name in ("moment", "reason") if (values := getattr(filters, name))
    ]
    if filters.at_from is not None:
        conditions.append(row.at >= filters.at_from)
    if filters.at_to is not None:
        conditions.append(row.at < filters.at_to)
    return conditions
