"""The only SQL about triggers: rules, evaluations, events and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, case, cast, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from callout.features.prospecting.tables import Contact
from callout.features.triggers.errors import RuleNotFound, TriggerEventNotFound
from callout.features.triggers.tables import TriggerEvaluation, TriggerEvent, TriggerRule
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

Order = Iterable[tuple[str, bool]]


async def rule(work: Work, rule_id: UUID) -> TriggerRule:
    """A rule that was not deleted.

    Raises:
        RuleNotFound: none with this id.
    """
    found: TriggerRule | None = await work.session.scalar(_rules(work).where(TriggerRule.id == rule_id))
    if found is None:
        raise RuleNotFound
    return found


async def rules(work: Work, rule_ids: Sequence[UUID]) -> list[TriggerRule]:
    """The rules with these ids, in their order.

    Raises:
        RuleNotFound: one of them does not exist.
    """
    found = {row.id: row for row in await work.session.scalars(_rules(work).where(TriggerRule.id.in_(rule_ids)))}
    if len(found) < len(set(rule_ids)):
        raise RuleNotFound
    return [found[rule_id] for rule_id in rule_ids]


async def active_rules(work: Work) -> list[TriggerRule]:
    """The rules that are switched on, oldest first."""
    query = _rules(work).where(TriggerRule.is_active).order_by(TriggerRule.created_at, TriggerRule.id)
    return list(await work.session.scalars(query))


async def rule_names(work: Work, rule_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of rules, deleted ones too: history still refers to them."""
    query = select(TriggerRule.id, TriggerRule.name).where(
        TriggerRule.tenant_id == work.tenant_id, TriggerRule.id.in_(list(rule_ids))
    )
    return {row.id: row.name for row in await work.session.execute(query)}


async def rule_page(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Order, *, limit: int, offset: int
) -> tuple[list[TriggerRule], int]:
    """One page of the rules and how many there are."""
    query = _rules(work).where(*conditions)
    return await _page(work, query, TriggerRule, order, limit=limit, offset=offset)


async def rule_figures(work: Work, rule_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """Per rule: final evaluations, firings, orders, completed and dismissed events."""
    figures = {
        rule_id: {"evaluations": 0, "fired": 0, "orders": 0, "completed": 0, "dismissed": 0} for rule_id in rule_ids
    }
    evaluations = (
        select(TriggerEvaluation.rule_id, func.count().label("evaluations"))
        .where(
            TriggerEvaluation.tenant_id == work.tenant_id,
            TriggerEvaluation.rule_id.in_(rule_ids),
            TriggerEvaluation.phase == "final",
        )
        .group_by(TriggerEvaluation.rule_id)
    )
    for row in await work.session.execute(evaluations):
        figures[row.rule_id]["evaluations"] = row.evaluations
    events = (
        select(
            TriggerEvent.rule_id,
            func.count().label("fired"),
            func.count(case((TriggerEvent.merged_into_id.is_(None), TriggerEvent.order_id))).label("orders"),
            func.count(case((TriggerEvent.status == "completed", 1))).label("completed"),
            func.count(TriggerEvent.dismissed_reason).label("dismissed"),
        )
        .where(TriggerEvent.tenant_id == work.tenant_id, TriggerEvent.rule_id.in_(rule_ids))
        .group_by(TriggerEvent.rule_id)
    )
    for found in await work.session.execute(events):
        figures[found.rule_id].update(
            fired=found.fired, orders=found.orders, completed=found.completed, dismissed=found.dismissed
        )
    return figures


async def event(work: Work, event_id: UUID, *, lock: bool = False) -> TriggerEvent:
    """A trigger event, locked until the end of the transaction if wanted.

    Raises:
        TriggerEventNotFound: none with this id.
    """
    query = _events(work).where(TriggerEvent.id == event_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: TriggerEvent | None = await work.session.scalar(query)
    if found is None:
        raise TriggerEventNotFound
    return found


async def events_of_conversation(work: Work, conversation_id: UUID) -> list[TriggerEvent]:
    """The trigger events of a conversation, the acting one first."""
    query = (
        _events(work)
        .where(TriggerEvent.conversation_id == conversation_id)
        .order_by(TriggerEvent.merged_into_id.is_not(None), TriggerEvent.triggered_at, TriggerEvent.id)
    )
    return list(await work.session.scalars(query))


async def events_of_order(work: Work, order_id: UUID) -> list[TriggerEvent]:
    """The trigger events an order came from, merged ones too, locked until the end of the transaction."""
    query = _events(work).where(TriggerEvent.order_id == order_id).order_by(TriggerEvent.id)
    return list(await work.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


async def add_event(work: Work, row: TriggerEvent) -> bool:
    """Stores a firing; False when this rule has fired in this conversation already."""
    try:
        async with work.nested():
            work.session.add(row)
            await work.session.flush()
    except IntegrityError:
        return False
    return True


async def event_page(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Order, *, limit: int, offset: int
) -> tuple[list[TriggerEvent], int]:
    """One page of the trigger events and how many there are."""
    query = _events(work).where(*conditions)
    return await _page(work, query, TriggerEvent, order, limit=limit, offset=offset)


async def evaluation_page(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Order, *, limit: int, offset: int, after: UUID | None
) -> tuple[list[TriggerEvaluation], int]:
    """One page of the evaluation log; `after` continues behind an entry instead of an offset."""
    query = select(TriggerEvaluation).where(TriggerEvaluation.tenant_id == work.tenant_id, *conditions)
    total = await work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    if after is not None:
        last = select(TriggerEvaluation.created_at, TriggerEvaluation.id).where(
            TriggerEvaluation.tenant_id == work.tenant_id, TriggerEvaluation.id == after
        )
        place = (await work.session.execute(last)).one_or_none()
        if place is not None:
            query = query.where(tuple_(TriggerEvaluation.created_at, TriggerEvaluation.id) < tuple(place))
    query = query.order_by(*_sorted(TriggerEvaluation, order)).limit(limit).offset(0 if after else offset)
    return list(await work.session.scalars(query)), total


async def evaluations_of_conversation(work: Work, conversation_id: UUID) -> list[TriggerEvaluation]:
    """The logged evaluations of a conversation, oldest first."""
    query = (
        select(TriggerEvaluation)
        .where(TriggerEvaluation.tenant_id == work.tenant_id, TriggerEvaluation.conversation_id == conversation_id)
        .order_by(TriggerEvaluation.created_at, TriggerEvaluation.id)
    )
    return list(await work.session.scalars(query))


async def latest_evaluations(work: Work, conversation_id: UUID) -> Mapping[UUID, TriggerEvaluation]:
    """The last logged evaluation of each rule in a conversation."""
    return {row.rule_id: row for row in await evaluations_of_conversation(work, conversation_id)}


async def forget_words(work: Work, conversation_id: UUID) -> None:
    """Erases what evaluations and events kept of the words of a conversation."""
    for evaluation in await evaluations_of_conversation(work, conversation_id):
        evaluation.components = {name: {**part, "hits": []} for name, part in evaluation.components.items()}
        if evaluation.vetoed_by:
            evaluation.vetoed_by = {**evaluation.vetoed_by, "text": ""}
    for found in await events_of_conversation(work, conversation_id):
        found.work_needed = None
        found.special_requirements = []
        found.timeline = None


async def contact_phone(work: Work, contact_id: UUID) -> str:
    """The phone of a contact, E.164.

    Raises:
        NotFound: no such contact.
    """
    query = select(Contact.phone).where(
        Contact.tenant_id == work.tenant_id, Contact.id == contact_id, Contact.deleted_at.is_(None)
    )
    found: str | None = await work.session.scalar(query)
    if found is None:
        raise NotFound("There is no such contact.")
    return found


def rule_conditions(
    types: Sequence[str] | None, is_active: bool | None, service: str | None, q: str | None
) -> list[ColumnElement[bool]]:
    """The conditions of a list of rules; a rule without services is for any."""
    found: list[ColumnElement[bool]] = []
    if types:
        found.append(TriggerRule.type.in_(types))
    if is_active is not None:
        found.append(TriggerRule.is_active.is_(is_active))
    if service is not None:
        named = cast(TriggerRule.services, String).contains(f'"{service}"', autoescape=True)
        found.append(or_(TriggerRule.services.is_(None), named))
    if q:
        found.append(
            or_(*(column.icontains(q, autoescape=True) for column in (TriggerRule.name, TriggerRule.instructions)))
        )
    return found


def any_of(column: InstrumentedAttribute[Any], values: Sequence[Any] | None) -> list[ColumnElement[bool]]:
    """The condition that a column has one of the values; none when nothing was asked."""
    return [column.in_(values)] if values else []


def event_search(q: str) -> ColumnElement[bool]:
    """The condition of a free text search over trigger events."""
    columns = (
        TriggerEvent.trigger_name,
        TriggerEvent.customer_name,
        TriggerEvent.business_name,
        TriggerEvent.work_needed,
    )
    return or_(*(column.icontains(q, autoescape=True) for column in columns))


def _rules(work: Work) -> Any:
    return select(TriggerRule).where(TriggerRule.tenant_id == work.tenant_id, TriggerRule.deleted_at.is_(None))


def _events(work: Work) -> Any:
    return select(TriggerEvent).where(TriggerEvent.tenant_id == work.tenant_id)


async def _page(work: Work, query: Any, table: Any, order: Order, *, limit: int, offset: int) -> tuple[list[Any], int]:
    total = await work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = await work.session.scalars(query.order_by(*_sorted(table, order)).limit(limit).offset(offset))
    return list(rows), total


def _sorted(table: Any, order: Order) -> list[ColumnElement[Any]]:
    wanted = list(order)
    terms = [getattr(table, name).desc() if falling else getattr(table, name).asc() for name, falling in wanted]
    return [*terms, table.id.desc() if wanted and wanted[0][1] else table.id.asc()]
