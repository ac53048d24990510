"""Finds conversations: filters, full-text search, sums over what was found."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Integer, case, cast, func, literal_column, or_, select

from callout.features.accounts.masking import sees_masked
from callout.features.conversations.schemas import ConversationFilters, TurnFilters
from callout.features.conversations.tables import Conversation, ConversationTurn
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

C = Conversation
_ANY_OF = ("calling_system", "status", "call_result", "call_type", "lead_status", "sentiment")
_IDS = ("agent_id", "contact_id", "campaign_id")
_EXACT = ("vendor_selection_triggered", "is_scam")


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Figures over every conversation a list matches, not only its page."""

    total: int
    by_system: dict[str, int]
    trigger_rate: float | None
    selection_rate: float | None
    mean_ms: float | None


async def search(work: Work, filters: ConversationFilters) -> tuple[Sequence[Any], Sums]:
    """A page of conversations as rows of columns, and the sums over all that match."""
    conditions = [C.tenant_id == work.tenant_id, *_conditions(filters)]
    if filters.q:
        conditions.append(_matches(work, filters.q, masked=await sees_masked(work)))
    table = C.__table__
    columns = [column for column in table.c if column.name != "search_text"]
    order = [_ordered(getattr(C, name), descending=descending) for name, descending in filters.order()]
    page = select(*columns).where(*conditions).order_by(*order, C.id.desc()).limit(filters.limit).offset(filters.offset)
    rows = (await work.session.execute(page)).all()
    return rows, await _sums(work, conditions)


async def turns_page(work: Work, conversation_id: UUID, filters: TurnFilters) -> tuple[list[ConversationTurn], int]:
    """A page of turns and the number of all."""
    T = ConversationTurn  # noqa: N806 - an alias of the table
    own = (T.conversation_id == conversation_id, T.tenant_id == work.tenant_id)
    total = (await work.session.execute(select(func.count()).select_from(T).where(*own))).scalar_one()
    after = filters.after_seq if filters.after_seq is not None else int(filters.cursor or 0)
    descending = filters.order()[0][1]
    query = select(T).where(*own).order_by(T.seq.desc() if descending else T.seq)
    if after:
        query = query.where(T.seq > after)
    rows = (await work.session.execute(query.limit(filters.limit).offset(filters.offset))).scalars()
    return list(rows), total


async def _sums(work: Work, conditions: Sequence[ColumnElement[bool]]) -> Sums:
    query = (
        select(
            C.calling_system,
            func.count().label("total"),
            func.count(case((C.triggers_detected > 0, 1))).label("triggered"),
            func.count(case((C.vendor_selection_triggered, 1))).label("selected"),
            func.count(C.processing_ms).label("timed"),
            cast(func.coalesce(func.sum(C.processing_ms), 0), Integer).label("ms"),
        )
        .where(*conditions)
        .group_by(C.calling_system)
    )
    rows = (await work.session.execute(query)).all()
    total = sum(row.total for row in rows)
    timed = sum(row.timed for row in rows)
    return Sums(
        total=total,
        by_system={row.calling_system: row.total for row in rows},
        trigger_rate=sum(row.triggered for row in rows) / total if total else None,
        selection_rate=sum(row.selected for row in rows) / total if total else None,
        mean_ms=sum(row.ms for row in rows) / timed if timed else None,
    )


def _conditions(filters: ConversationFilters) -> list[ColumnElement[bool]]:
    found = [getattr(C, name).in_(values) for name in _ANY_OF if (values := getattr(filters, name))]
    found += [
        getattr(C, name).in_([_uuid(name, value) for value in values])
        for name in _IDS
        if (values := getattr(filters, name))
    ]
    found += [getattr(C, name).is_(value) for name in _EXACT if (value := getattr(filters, name)) is not None]
    if filters.has_triggers is not None:
        found.append(C.triggers_detected > 0 if filters.has_triggers else C.triggers_detected == 0)
    return [*found, *_bounds(filters)]


def _bounds(filters: ConversationFilters) -> list[ColumnElement[bool]]:
    spans = (
        (C.started_at, filters.started_from, filters.started_to),
        (C.created_at, filters.created_from, filters.created_to),
    )
    ranges = (
        (C.lead_score, filters.lead_score_min, filters.lead_score_max),
        (C.duration_s, filters.duration_min, filters.duration_max),
    )
    found: list[ColumnElement[bool]] = []
    for column, low, high in spans:
        found += [column >= low] if low else []
        found += [column < high] if high else []
    for number, least, most in ranges:
        found += [number >= least] if least is not None else []
        found += [number <= most] if most is not None else []
    return found


def _matches(work: Work, q: str, *, masked: bool) -> ColumnElement[bool]:
    """Every word of the question begins a word of the conversation; digits also match inside the phone.

    Who sees phones masked finds them by the whole number only.
    """
    digits = re.sub(r"\D", "", q)
    if masked and len(digits) >= 3:
        return C.phone_number == f"+{digits}"
    words = re.findall(r"\w+", q.lower())
    alternatives: list[ColumnElement[bool]] = []
    if words and work.session.get_bind().dialect.name == "postgresql":
        vector = func.to_tsvector(literal_column("'simple'"), C.search_text)
        question = func.to_tsquery(literal_column("'simple'"), " & ".join(f"{word}:*" for word in words))
        alternatives.append(vector.op("@@")(question))
    elif words:
        escaped = q.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        alternatives.append(func.lower(C.search_text).like(f"%{escaped}%", escape="\\"))
    if len(digits) >= 3:
        alternatives.append(C.phone_number.like(f"%{digits}%"))
    return or_(*alternatives) if alternatives else C.search_text.contains(q, autoescape=True)


def _ordered(column: Any, *, descending: bool) -> Any:
    return column.desc().nulls_last() if descending else column.asc().nulls_last()


def _uuid(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Unprocessable.at(name, "not an id") from None
