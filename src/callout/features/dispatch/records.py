"""Keeps the vendors' counters: one row per vendor and service, locked while it is counted up."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from callout.features.dispatch.candidate_store import Counters
from callout.features.dispatch.policy import Knobs
from callout.features.dispatch.tables import VendorStat
from callout.features.dispatch.track_record import Record, decayed
from callout.kit.db.work import Work

NONE_YET = (0.0, 0.0, 0.0, 0.0)


def record_of(stat: VendorStat | Counters | Row[Any]) -> Record:
    """The stored counters as plain data."""
    return Record(
        last=stat.last_at,
        n=stat.n,
        s=stat.s,
        offers=stat.offers,
        answers=stat.answers,
        accepts=stat.accepts,
        silences=stat.silences,
        sum_log_rt=stat.sum_log_rt,
        daypart_offers=tuple(stat.daypart_offers) or NONE_YET,
        daypart_accepts=tuple(stat.daypart_accepts) or NONE_YET,
        backoff_until=stat.backoff_until,
        backoff_level=stat.backoff_level,
    )


async def count(work: Work, vendor_id: UUID, service: str, knobs: Knobs, change: Callable[[Record], Record]) -> None:
    """Fades a vendor's counters to now and applies a change; the row stays locked until the transaction ends."""
    stat = await lock_stat(work, vendor_id, service)
    record = change(
        decayed(
            record_of(stat),
            work.now,
            quality_half_life_d=knobs.quality_half_life_d,
            response_half_life_d=knobs.response_half_life_d,
        )
    )
    stat.last_at = max(stat.last_at, work.now)
    stat.n, stat.s = record.n, record.s
    stat.offers, stat.answers = record.offers, record.answers
    stat.accepts, stat.silences = record.accepts, record.silences
    stat.sum_log_rt = record.sum_log_rt
    stat.daypart_offers = list(record.daypart_offers)
    stat.daypart_accepts = list(record.daypart_accepts)
    stat.backoff_until, stat.backoff_level = record.backoff_until, record.backoff_level


async def offered(work: Work, vendor_ids: Collection[UUID], service: str) -> None:
    """Remembers that vendors are asked now, for the order among equals; locks their counters in the order of ids."""
    if not vendor_ids:
        return
    row = {"tenant_id": work.tenant_id, "service_type": service, "last_at": work.now, "last_offered_at": work.now}
    author = {"created_by_role": work.principal.role, "updated_by_role": work.principal.role}
    statement = upsert(VendorStat).values([{"vendor_id": one, **row, **author} for one in sorted(vendor_ids)])
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[VendorStat.vendor_id, VendorStat.service_type],
            set_={
                "last_offered_at": work.now,
                "version": VendorStat.version + 1,
                "updated_at": work.now,
                "updated_by_role": work.principal.role,
            },
        )
    )


async def lock_stat(work: Work, vendor_id: UUID, service: str) -> VendorStat:
    """The counters of a vendor for a service, locked; made when there are none yet."""
    query = (
        select(VendorStat)
        .where(
            VendorStat.tenant_id == work.tenant_id,
            VendorStat.vendor_id == vendor_id,
            VendorStat.service_type == service,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    await work.session.flush()
    stat = (await work.session.execute(query)).scalar_one_or_none()
    if stat is not None:
        return stat
    try:
        async with work.nested():
            stat = VendorStat(vendor_id=vendor_id, service_type=service, last_at=work.now)
            work.session.add(stat)
            await work.session.flush()
    except IntegrityError:  # somebody else made it meanwhile
        return (await work.session.execute(query)).scalar_one()
    return stat
