"""Vendors as reports show them: what they did in a span, and what dispatch believes of them now."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.dispatch import candidate_store
from callout.features.dispatch.performance.posteriors import beliefs
from callout.features.dispatch.performance.span import Span
from callout.features.dispatch.performance.vendors import counters, records, vendor_page
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.records import record_of
from callout.features.dispatch.track_record import Record
from callout.features.vendors import store as vendor_store
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

Json = dict[str, Any]


async def all_vendors(work: Work, span: Span, *, down: bool, limit: int, offset: int) -> tuple[list[Json], int]:
    """A page of vendors by name."""
    rows, total = await vendor_page(work, span, down=down, limit=limit, offset=offset)
    return await _with_beliefs(work, rows, span), total


async def one_vendor(work: Work, vendor_id: UUID, span: Span) -> Json:
    """One vendor; a service nobody asked him about yet shows what is assumed of anybody.

    Raises:
        NotFound: no such vendor, or deleted.
    """
    vendor = await vendor_store.get_vendor(work, vendor_id)
    rows = await counters(work, [vendor_id], span)
    services = [span.service] if span.service else vendor.services
    [told] = await _with_beliefs(work, rows, span, also=services)
    return told


async def _with_beliefs(work: Work, rows: list[Json], span: Span, also: Sequence[str] = ()) -> list[Json]:
    stats = await records(work, [row["vendor_id"] for row in rows], span.service)
    known: dict[UUID, dict[str, Record]] = defaultdict(dict)
    for stat in stats:
        known[stat.vendor_id][stat.service_type] = record_of(stat)
    knobs = (await active_policy(work)).knobs
    services = {stat.service_type for stat in stats} | set(also)
    totals = {code: await _totals(work, code) for code in sorted(services)}
    none = Record(last=work.now)
    for row in rows:
        mine = known[row["vendor_id"]]
        row["posteriors"] = [
            {"service_type": code, **_wired(beliefs(mine.get(code, none), knobs, work.now, totals[code]))}
            for code in sorted(mine.keys() | set(also))
        ]
    return rows


async def _totals(work: Work, service: str) -> tuple[float, float, float, float]:
    totals = await candidate_store.totals(work, service)
    return totals.outcomes, totals.success, totals.offers, totals.accepts


def _wired(believed: Json) -> Json:
    return {**believed, "backoff_until": timestamp(believed["backoff_until"])}
