"""Which calls a list shows."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from callout.features.accounts.masking import found_by
from callout.features.calling.calls.schemas import CallQuery
from callout.features.calling.calls.tables import Call
from callout.features.conversations.tables import Conversation
from callout.features.prospecting.tables import Contact

_ANY_OF = ("status", "outcome", "campaign_id", "agent_id", "contact_id", "answered_by", "error_code")
_EXACT = ("direction", "kind")


def call_conditions(filters: CallQuery, *, masked: bool) -> list[ColumnElement[bool]]:
    """The conditions of a query; `masked` keeps numbers from being found out by searching."""
    any_of = {name: getattr(filters, name) for name in _ANY_OF}
    conditions: list[Any] = [getattr(Call, name).in_(values) for name, values in any_of.items() if values]
    exact = {name: getattr(filters, name) for name in _EXACT}
    conditions += [getattr(Call, name) == value for name, value in exact.items() if value is not None]
    conditions += _ranges(filters)
    if filters.is_scam is not None or filters.severity:
        conditions.append(_screened(filters))
    if filters.q:
        conditions.append(_named(filters.q, masked=masked))
    return conditions


def _ranges(filters: CallQuery) -> list[ColumnElement[bool]]:
    ranges = (
        (filters.created_from, Call.created_at.__ge__),
        (filters.created_to, Call.created_at.__lt__),
        (filters.duration_min, Call.duration_s.__ge__),
        (filters.duration_max, Call.duration_s.__le__),
    )
    return [condition(bound) for bound, condition in ranges if bound is not None]


def _named(text: str, *, masked: bool) -> ColumnElement[bool]:
    """A text in the name of whom the call is with, or in one of its numbers."""
    name = select(Contact.id).where(
        Contact.tenant_id == Call.tenant_id,
        Contact.id == Call.contact_id,
        Contact.name.icontains(text, autoescape=True),
    )
    return exists(name) | found_by(text, (), (Call.to_number, Call.from_number), masked=masked)


def _screened(filters: CallQuery) -> ColumnElement[bool]:
    talk = select(Conversation.id).where(
        Conversation.tenant_id == Call.tenant_id, Conversation.id == Call.conversation_id
    )
    if filters.is_scam is not None:
        talk = talk.where(Conversation.is_scam.is_(filters.is_scam))
    if filters.severity:
        talk = talk.where(Conversation.severity.in_(filters.severity))
    return exists(talk)
