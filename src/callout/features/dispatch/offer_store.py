"""Reads and writes of offers and dispatch runs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, func, select, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from callout.features.dispatch.tables import DispatchRun, Offer
from callout.features.orders.tables import Order
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work

OPEN_STATES = ("assigned", "on_way", "processing")


class database_time(FunctionElement[datetime]):  # noqa: N801 - reads as an SQL function
    """The database's clock at the moment a row is looked at, not at the start of the transaction."""

    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(database_time)
def _database_time(*_: Any, **__: Any) -> str:
    return "clock_timestamp()"


@compiles(database_time, "mysql")
@compiles(database_time, "mariadb")
def _database_time_mysql(*_: Any, **__: Any) -> str:
    return "UTC_TIMESTAMP(6)"


async def newest_run(work: Work, order_id: UUID) -> DispatchRun | None:
    """The run of an order that is in force."""
    query = (
        select(DispatchRun)
        .where(DispatchRun.tenant_id == work.tenant_id, DispatchRun.order_id == order_id)
        .order_by(DispatchRun.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def latest_offer(work: Work, order_id: UUID, vendor_id: UUID, *, lock: bool = False) -> Offer | None:
    """The newest offer of an order to a vendor."""
    query = (
        select(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id, Offer.vendor_id == vendor_id)
        .order_by(Offer.sent_at.desc(), Offer.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await work.session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def offer_by_id(work: Work, offer_id: UUID) -> Offer | None:
    """One offer."""
    query = select(Offer).where(Offer.tenant_id == work.tenant_id, Offer.id == offer_id)
    return (await work.session.execute(query)).scalar_one_or_none()


async def pending_of_order(work: Work, order_id: UUID) -> list[Offer]:
    """The open offers of an order as they are now, the next to expire first."""
    query = (
        select(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id, Offer.status == "pending")
        .order_by(Offer.expires_at, Offer.id)
        .execution_options(populate_existing=True)
    )
    return list((await work.session.execute(query)).scalars())


async def accepted_of_order(work: Work, order_id: UUID) -> Offer | None:
    """The accepted offer of an order, locked."""
    query = (
        select(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.order_id == order_id, Offer.status == "accepted")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def settle(
    work: Work,
    conditions: Sequence[ColumnElement[bool]],
    status: str,
    *,
    end_reason: str | None = None,
    **values: Any,
) -> list[Offer]:
    """Ends pending offers in one statement and returns those it really ended: compare and set."""
    await work.session.flush()
    statement = (
        update(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.status == "pending", *conditions)
        .values(
            status=status,
            decided_at=work.now,
            end_reason=end_reason,
            version=Offer.version + 1,
            updated_at=work.now,
            updated_by_role=work.principal.role,
            **values,
        )
        .returning(Offer)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return list((await work.session.execute(statement)).scalars())


async def take(work: Work, offer_id: UUID) -> Offer | None:
    """Turns a pending, unexpired offer into the accepted one; None when it was too late by the database's clock."""
    taken = await settle(work, (Offer.id == offer_id, Offer.expires_at > database_time()), "accepted")
    return taken[0] if taken else None


async def pending_of_vendor(work: Work, vendor_id: UUID, *, skip_locked: bool = False) -> list[UUID]:
    """Ids of a vendor's open offers; with `skip_locked` they are locked, and those others hold are left out."""
    query = select(Offer.id).where(
        Offer.tenant_id == work.tenant_id, Offer.vendor_id == vendor_id, Offer.status == "pending"
    )
    if skip_locked:
        query = query.with_for_update(skip_locked=True)
    return list((await work.session.execute(query)).scalars())


async def held_orders(work: Work, vendor_id: UUID, *, skip_locked: bool = False) -> list[Order]:
    """Orders a vendor holds; with `skip_locked` they are locked, and those others hold are left out."""
    query = (
        select(Order)
        .where(Order.tenant_id == work.tenant_id, Order.vendor_id == vendor_id, Order.status.in_(OPEN_STATES))
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    )
    if skip_locked:
        query = query.with_for_update(skip_locked=True)
    return list((await work.session.execute(query)).scalars())


class _NotSo(Exception):  # noqa: N818 - lets go of what was locked
    """Somebody may not be asked."""


async def hold_still(work: Work, asked: Mapping[UUID, int], *, limit: int | None) -> bool:
    """Whether vendors may be asked so many times more: verified, with no more open offers than the limit then.

    What is true stays true until the transaction ends: whoever else wants to ask them, or block them, waits. When it
    is not true nobody is held.

    Args:
        work: the transaction.
        asked: new offers by vendor.
        limit: open offers a vendor may have at one time; None for any number.
    """
    try:
        async with work.nested():
            _insist(await _may_be_asked(work, asked, limit))
    except _NotSo:
        return False
    return True


async def _may_be_asked(work: Work, asked: Mapping[UUID, int], limit: int | None) -> bool:
    if await lock_verified(work, asked) != set(asked):
        return False
    outstanding = await _outstanding(work, asked) if limit is not None else {}
    return limit is None or all(outstanding.get(vendor, 0) + count <= limit for vendor, count in asked.items())


def _insist(stand: bool) -> None:
    if not stand:
        raise _NotSo


async def lock_verified(work: Work, vendor_ids: Collection[UUID]) -> set[UUID]:
    """Those of the vendors who are verified, locked in the order of ids until the transaction ends."""
    query = (
        select(Vendor.id)
        .where(
            Vendor.tenant_id == work.tenant_id,
            Vendor.id.in_(vendor_ids),
            Vendor.status == "verified",
            Vendor.deleted_at.is_(None),
        )
        .order_by(Vendor.id)
        .with_for_update(key_share=True)
    )
    return set((await work.session.execute(query)).scalars())


async def _outstanding(work: Work, vendor_ids: Collection[UUID]) -> dict[UUID, int]:
    """Open offers by vendor, as they are now."""
    query = (
        select(Offer.vendor_id, func.count())
        .where(
            Offer.tenant_id == work.tenant_id,
            Offer.vendor_id.in_(vendor_ids),
            Offer.status == "pending",
            Offer.expires_at > work.now,
        )
        .group_by(Offer.vendor_id)
    )
    return dict((await work.session.execute(query)).all())


async def note_late_yes(work: Work, offer_id: UUID) -> None:
    """Remembers that a vendor wanted a job somebody else was faster to take; the first time counts."""
    await work.session.execute(
        update(Offer)
        .where(Offer.tenant_id == work.tenant_id, Offer.id == offer_id, Offer.late_yes_at.is_(None))
        .values(late_yes_at=work.now)
        .execution_options(synchronize_session=False)
    )


async def take_slot(work: Work, vendor_id: UUID, *, unlimited: bool = False) -> bool:
    """Counts one more open job of a verified vendor, unless he has as many as allowed."""
    room = () if unlimited else (Vendor.open_jobs < Vendor.max_open_jobs,)
    statement = (
        update(Vendor)
        .where(Vendor.tenant_id == work.tenant_id, Vendor.id == vendor_id, Vendor.status == "verified", *room)
        .values(open_jobs=Vendor.open_jobs + 1, orders_total=Vendor.orders_total + 1)
        .returning(Vendor.id)
        .execution_options(synchronize_session=False)
    )
    return (await work.session.execute(statement)).scalar_one_or_none() is not None


async def timezone_of(work: Work, vendor_id: UUID) -> str:
    """The vendor's time zone."""
    query = select(Vendor.timezone).where(Vendor.tenant_id == work.tenant_id, Vendor.id == vendor_id)
    return (await work.session.execute(query)).scalar_one_or_none() or "UTC"


def latest_per_order(tenant_id: UUID, vendor_id: UUID) -> Select[Any]:
    """Selects the latest offer of every order to one vendor: order_id, offer_id, status, sent_at, expires_at, km."""
    ranked = (
        select(
            Offer.order_id,
            Offer.id.label("offer_id"),
            Offer.status,
            Offer.sent_at,
            Offer.expires_at,
            Offer.distance_km,
            func.row_number()
            .over(partition_by=Offer.order_id, order_by=(Offer.sent_at.desc(), Offer.id.desc()))
            .label("place"),
        )
        .where(Offer.tenant_id == tenant_id, Offer.vendor_id == vendor_id)
        .subquery()
    )
    columns = [column for column in ranked.c if column.name != "place"]
    return select(*columns).where(ranked.c.place == 1)


async def orders_asked(work: Work, vendor_id: UUID, order_ids: Collection[UUID]) -> set[UUID]:
    """Those of the orders whose offer to the vendor waits for its answer."""
    query = select(Offer.order_id).where(
        Offer.tenant_id == work.tenant_id,
        Offer.vendor_id == vendor_id,
        Offer.order_id.in_(order_ids),
        Offer.status == "pending",
        Offer.expires_at > work.now,
    )
    return set((await work.session.execute(query)).scalars())


async def count_open(work: Work, vendor_id: UUID) -> int:
    """How many unexpired offers wait for a vendor's answer."""
    query = select(func.count()).where(
        Offer.tenant_id == work.tenant_id,
        Offer.vendor_id == vendor_id,
        Offer.status == "pending",
        Offer.expires_at > work.now,
    )
    return (await work.session.execute(query)).scalar_one()


async def acceptance_rates(work: Work, ids: Collection[UUID]) -> dict[UUID, float]:
    """Accepted over accepted, declined and expired offers, of the vendors who were ever asked."""
    query = (
        select(Offer.vendor_id, Offer.status, func.count())
        .where(
            Offer.tenant_id == work.tenant_id,
            Offer.vendor_id.in_(ids),
            Offer.status.in_(("accepted", "released", "declined", "expired")),
        )
        .group_by(Offer.vendor_id, Offer.status)
    )
    yes: dict[UUID, int] = {}
    asked: dict[UUID, int] = {}
    for vendor_id, status, number in (await work.session.execute(query)).all():
        asked[vendor_id] = asked.get(vendor_id, 0) + number
        yes[vendor_id] = yes.get(vendor_id, 0) + (number if status in {"accepted", "released"} else 0)
    return {vendor_id: yes[vendor_id] / total for vendor_id, total in asked.items()}
