"""Reads decision records and offers for answers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from callout.features.dispatch.schemas import DecisionQuery, OfferQuery
from callout.features.dispatch.tables import DispatchDecision, Offer
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

SORTS: dict[str, Any] = {"sent_at": Offer.sent_at, "expires_at": Offer.expires_at, "rank_key": Offer.rank_key}


async def offers_page(work: Work, query: OfferQuery) -> tuple[list[Offer], int]:
    """A page of offers and how many there are."""
    wanted: list[ColumnElement[bool]] = [Offer.tenant_id == work.tenant_id]
    if query.order_id:
        wanted.append(Offer.order_id == query.order_id)
    if query.vendor_id:
        wanted.append(Offer.vendor_id.in_(query.vendor_id))
    if query.status:
        wanted.append(Offer.status.in_(query.status))
    if query.mode:
        wanted.append(Offer.mode.in_(query.mode))
    if query.sent_from:
        wanted.append(Offer.sent_at >= query.sent_from)
    if query.sent_to:
        wanted.append(Offer.sent_at < query.sent_to)
    keys = [SORTS[name].desc() if down else SORTS[name].asc() for name, down in query.order()]
    rows = select(Offer).where(*wanted).order_by(*keys, Offer.id).limit(query.limit).offset(query.offset)
    total = select(func.count()).select_from(Offer).where(*wanted)
    return list((await work.session.execute(rows)).scalars()), (await work.session.execute(total)).scalar_one()


async def offers_of_order(work: Work, order_id: UUID) -> list[Offer]:
    """All offers of an order, in the order they were sent."""
    query = select(Offer).where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id)
    return list((await work.session.execute(query.order_by(Offer.sent_at, Offer.position, Offer.id))).scalars())


async def pending_of_vendor(work: Work, vendor_id: UUID, statuses: Sequence[str]) -> list[Offer]:
    """A vendor's offers in some states, newest first; pending ones only while they last."""
    query = select(Offer).where(
        Offer.tenant_id == work.tenant_id, Offer.vendor_id == vendor_id, Offer.status.in_(statuses)
    )
    if list(statuses) == ["pending"]:
        query = query.where(Offer.expires_at > work.now)
    rows = await work.session.execute(query.order_by(Offer.sent_at.desc(), Offer.id.desc()).limit(200))
    return list(rows.scalars())


async def decisions_page(work: Work, query: DecisionQuery) -> tuple[list[DispatchDecision], int]:
    """A page of decision records and how many there are."""
    wanted: list[ColumnElement[bool]] = [DispatchDecision.tenant_id == work.tenant_id]
    if query.order_id:
        wanted.append(DispatchDecision.order_id == query.order_id)
    if query.vendor_id:
        wanted.append(_looked_at(str(query.vendor_id)))
    if query.policy_version:
        wanted.append(DispatchDecision.policy_version.in_(query.policy_version))
    if query.at_from:
        wanted.append(DispatchDecision.at >= query.at_from)
    if query.at_to:
        wanted.append(DispatchDecision.at < query.at_to)
    down = query.order()[0][1]
    key = DispatchDecision.at.desc() if down else DispatchDecision.at.asc()
    rows = select(DispatchDecision).where(*wanted).order_by(key, DispatchDecision.id.desc())
    total = select(func.count()).select_from(DispatchDecision).where(*wanted)
    page = (await work.session.execute(rows.limit(query.limit).offset(query.offset))).scalars()
    return list(page), (await work.session.execute(total)).scalar_one()


def _looked_at(vendor_id: str) -> ColumnElement[bool]:
    """SQL for: the vendor was a candidate; old records name their candidates nowhere but in their rows."""
    rows = cast(DispatchDecision.candidates, JSONB)
    return or_(
        cast(DispatchDecision.vendor_ids, JSONB).contains([vendor_id]), rows.contains([{"vendor_id": vendor_id}])
    )


async def decisions_of_order(work: Work, order_id: UUID) -> list[DispatchDecision]:
    """The decision records of an order, oldest first."""
    query = select(DispatchDecision).where(
        DispatchDecision.tenant_id == work.tenant_id, DispatchDecision.order_id == order_id
    )
    return list((await work.session.execute(query.order_by(DispatchDecision.at, DispatchDecision.id))).scalars())


async def decisions_of_batch(work: Work, batch_id: UUID) -> list[DispatchDecision]:
    """The decisions that were made together."""
    query = select(DispatchDecision).where(
        DispatchDecision.tenant_id == work.tenant_id, DispatchDecision.batch_id == batch_id
    )
    return list((await work.session.execute(query.order_by(DispatchDecision.order_id))).scalars())


async def decision(work: Work, decision_id: UUID) -> DispatchDecision:
    """One decision record.

    Raises:
        NotFound: there is none.
    """
    query = select(DispatchDecision).where(
        DispatchDecision.tenant_id == work.tenant_id, DispatchDecision.id == decision_id
    )
    found = (await work.session.execute(query)).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such decision record.")
    return found


async def orders_by_id(work: Work, ids: Sequence[UUID]) -> dict[UUID, Order]:
    """Some orders by id."""
    query = select(Order).where(Order.tenant_id == work.tenant_id, Order.id.in_(ids))
    return {order.id: order for order in (await work.session.execute(query)).scalars()}


async def mark_seen(work: Work, ids: Sequence[UUID]) -> None:
    """Remembers that vendors have looked at offers; an offer somebody is deciding about right now is left alone."""
    if not ids:
        return
    free = select(Offer.id).where(Offer.id.in_(ids)).with_for_update(skip_locked=True)
    await work.session.execute(
        update(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.id.in_(free), Offer.seen_at.is_(None))
        .values(seen_at=work.now)
        .execution_options(synchronize_session=False)
    )
