"""Puts together the case of a selection: the order, the criteria, the market and the facts of every vendor around."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.dispatch import candidate_store
from callout.features.dispatch.candidate_store import Counters, Lately, PastOffer
from callout.features.dispatch.candidates import schedule_window
from callout.features.dispatch.criteria import merged_criteria
from callout.features.dispatch.facts import Case, Criteria, Dismissed, Job, Market, VendorFacts
from callout.features.dispatch.market import totals_of
from callout.features.dispatch.opening import zone
from callout.features.dispatch.policy import Knobs
from callout.features.dispatch.records import record_of
from callout.features.dispatch.scoring import seed_of
from callout.features.dispatch.tables import DispatchRun
from callout.features.dispatch.track_record import Record, decayed
from callout.features.orders.tables import Order
from callout.features.vendors import serving_store
from callout.features.vendors.documents import required_kinds
from callout.features.vendors.serving_store import VendorRow
from callout.kit.db.work import Work
from callout.kit.geo import haversine_km

FEWEST_VALUES = 10
SETTINGS = (
    "offer_mode",
    "default_radius_km",
    "max_radius_km",
    "min_vendor_rating",
    "min_ratings_for_filter",
    "max_response_time_min",
    "max_vendors_per_order",
    "min_score",
    "require_online_for_urgent",
)
REFUSALS = frozenset({"declined", "released"})
OPERATOR = "operator: "
"""How the end reason of an offer begins that an admin took back."""


class Past(NamedTuple):
    """What this order's earlier offers say about a vendor."""

    refused: bool = False
    asked: bool = False
    silences: int = 0
    recent_silences: int = 0
    had_its_turn: bool = False


class Surroundings(NamedTuple):
    """What was read about all candidates, by vendor."""

    stats: Mapping[UUID, Counters]
    lately: Mapping[UUID, Sequence[Lately]]
    time_off: Mapping[UUID, Sequence[tuple[datetime, datetime]]]
    pairs: Mapping[UUID, str]
    favourites: Collection[UUID]
    documented: Collection[UUID]
    shares: Mapping[UUID, int]
    past: Mapping[UUID, Past]
    canonical: Mapping[str, str]


async def criteria_of(work: Work, order: Order, run: DispatchRun) -> Criteria:
    """The criteria in force for an order's current search."""
    settings = await tenant_settings(work)
    return merged_criteria(
        {name: settings[f"dispatch.{name}"] for name in SETTINGS},
        order.selection_criteria,
        run.criteria,
        mode=run.mode or order.offer_mode,
    )


async def market_of(work: Work, service: str) -> Market:
    """The tenant's history for a service."""
    totals = await totals_of(work, service)
    values = sorted(await candidate_store.recent_values(work))
    return Market(
        outcomes=totals.outcomes,
        success=totals.success,
        offers=totals.offers,
        accepts=totals.accepts,
        fair_share=totals.jobs / totals.vendors if totals.vendors else 0.0,
        high_value=values[int(0.9 * (len(values) - 1))] if len(values) >= FEWEST_VALUES else None,
    )


async def case_of(
    work: Work,
    order: Order,
    run: DispatchRun,
    criteria: Criteria,
    knobs: Knobs,
    *,
    ring: int,
    ring_km: float,
    last_ring: bool,
    most: int | None = None,
) -> Case:
    """Reads the case of one ring of an order's search.

    Args:
        work: the transaction.
        order: what has to be done.
        run: its current search.
        criteria: in force for it.
        knobs: of the policy.
        ring: which ring, from 0.
        ring_km: its radius.
        last_ring: whether there is none beyond it; objections give way only in a last ring all of whose vendors
            were looked at.
        most: how many vendors are looked at, the nearest first, besides those preferred; None for all.
    """
    lat, lng = float(order.customer_lat or 0), float(order.customer_lng or 0)
    canonical = await candidate_store.canonicals(work)
    kind = canonical.get(order.service_type, "")
    codes = {order.service_type}
    if not criteria.work_type_match:
        codes |= {code for code, group in canonical.items() if group == kind}
    named = tuple(run.named)
    favourites = await candidate_store.favourites_of(work, order.contact_id)
    pairs = await candidate_store.pairs_of(work, order.contact_id)
    job = job_of(order, run, kind, has_favourites=bool(favourites))
    if criteria.mode == "manual":
        found = candidate_store.Around(await serving_store.facts_of(work, [UUID(name) for name in named]), [])
    else:
        found = await candidate_store.vendors_around(
            work, lat, lng, ring_km, sorted(codes), most=most, wanted=_preferred(job, pairs)
        )
    ids = [row.vendor_id for row in found.rows]
    past = past_of(await candidate_store.offers_of_order(work, order.id), run)
    around = Surroundings(
        stats=await candidate_store.stats_of(work, order.service_type, ids),
        lately=await candidate_store.lately(work, ids),
        time_off=await candidate_store.time_off_of(work, ids, schedule_window(job, work.now)[1] + timedelta(days=15)),
        pairs=pairs,
        favourites=favourites,
        documented=await _documented(work, order.service_type, ids),
        shares=await candidate_store.shares(work, order.service_type, ids),
        past=past,
        canonical=canonical,
    )
    return Case(
        job=job,
        criteria=criteria,
        market=await market_of(work, order.service_type),
        vendors=tuple(vendor_facts(row, around, knobs, work.now, (lat, lng)) for row in found.rows),
        dismissed=tuple(
            Dismissed(vendor_id=str(vendor_id), reason_codes=("out_of_area",), distance_km=km)
            for vendor_id, km in found.out_of_area
        ),
        now=work.now,
        seed=seed_of(str(order.id)),
        wave=run.wave + 1,
        ring=ring,
        ring_km=ring_km,
        last_ring=last_ring and found.all_seen,
        all_seen=found.all_seen,
        outstanding=sum(standing.asked for standing in past.values()),
        named=named,
    )


def job_of(order: Order, run: DispatchRun, canonical: str, *, has_favourites: bool) -> Job:
    """The order as a selection sees it."""
    rule, own = order.selection_criteria or {}, run.criteria or {}
    return Job(
        order_id=str(order.id),
        service=order.service_type,
        canonical=canonical,
        lat=float(order.customer_lat or 0),
        lng=float(order.customer_lng or 0),
        priority=order.priority,  # type: ignore[arg-type]
        schedule_source=order.schedule_source,
        start=order.scheduled_start,
        end=order.scheduled_end,
        estimated_value=float(order.estimated_value) if order.estimated_value is not None else None,
        language=order.language,
        required_skills=tuple(order.required_skills),
        special_requirements=tuple(order.special_requirements),
        excluded=_ids(order.excluded_vendor_ids, rule.get("excluded_vendor_ids"), own.get("excluded_vendor_ids")),
        preferred=_ids(order.preferred_vendor_ids, rule.get("preferred_vendor_ids"), own.get("preferred_vendor_ids")),
        has_favourites=has_favourites,
    )


def past_of(offers: Sequence[PastOffer], run: DispatchRun) -> dict[UUID, Past]:
    """What every vendor did with this order so far; answers before `considers_from` are forgiven."""
    found: dict[UUID, Past] = {}
    for offer in offers:
        before = found.get(offer.vendor_id, Past())
        counts = offer.run >= run.considers_from
        taken_back = offer.status == "withdrawn" and (offer.end_reason or "").startswith(OPERATOR)
        silent = offer.status == "expired"
        found[offer.vendor_id] = Past(
            refused=before.refused or (counts and (offer.status in REFUSALS or taken_back)),
            asked=before.asked or offer.status == "pending",
            silences=before.silences + (silent and counts),
            recent_silences=before.recent_silences + (silent and offer.run == run.number),
            had_its_turn=before.had_its_turn or (offer.status != "pending" and offer.run == run.number),
        )
    return found


def vendor_facts(
    row: VendorRow, around: Surroundings, knobs: Knobs, now: datetime, place: tuple[float, float]
) -> VendorFacts:
    """One vendor as the filters and the score see it; counters are faded to `now`."""
    stat = around.stats.get(row.vendor_id)
    record = decayed(
        record_of(stat) if stat else Record(last=now),
        now,
        quality_half_life_d=knobs.quality_half_life_d,
        response_half_life_d=knobs.response_half_life_d,
    )
    offers = around.lately.get(row.vendor_id, ())
    open_offers = [offer for offer in offers if offer.status == "pending"]
    past = around.past.get(row.vendor_id, Past())
    return VendorFacts(
        vendor_id=str(row.vendor_id),
        name=short_name(row.full_name),
        status=row.status,
        active=row.user_active,
        services=row.services,
        canonicals=tuple(sorted({around.canonical.get(code, "") for code in row.services})),
        skills=row.skills,
        tags=row.tags,
        languages=row.languages,
        lat=row.lat,
        lng=row.lng,
        radius_km=row.radius_km,
        current_lat=row.current_lat,
        current_lng=row.current_lng,
        located_at=row.located_at,
        timezone=row.timezone,
        working_hours=row.working_hours,
        time_off=tuple(around.time_off.get(row.vendor_id, ())),
        is_online=row.is_online,
        last_seen_at=row.last_seen_at,
        joined_at=row.joined_at,
        open_jobs=row.open_jobs,
        max_open_jobs=row.max_open_jobs,
        accepted_today=_accepted_today(offers, row.timezone, now),
        daily_cap=row.daily_cap,
        outstanding=len(open_offers),
        outstanding_p=sum(offer.accept_probability for offer in open_offers),
        documents_valid=row.vendor_id in around.documented,
        min_price=row.min_price,
        rating=row.rating,
        rating_count=row.rating_count,
        blocked_for_customer=around.pairs.get(row.vendor_id) == "blocked",
        preferred_by_customer=around.pairs.get(row.vendor_id) == "preferred",
        favourite=row.vendor_id in around.favourites,
        refused=past.refused,
        asked=past.asked,
        silences=past.silences,
        recent_silences=past.recent_silences,
        had_its_turn=past.had_its_turn,
        nearby_declines=tuple(_declines(offers, place)),
        backoff_until=record.backoff_until,
        n=record.n,
        s=record.s,
        offers=record.offers,
        answers=record.answers,
        accepts=record.accepts,
        sum_log_rt=record.sum_log_rt,
        daypart_offers=record.daypart_offers,
        daypart_accepts=record.daypart_accepts,
        share_30d=around.shares.get(row.vendor_id, 0),
        last_offered_at=stat.last_offered_at if stat else None,
    )


def _preferred(job: Job, pairs: Mapping[UUID, str]) -> set[UUID]:
    """Whom the order, its rule or the customer would rather have than anybody nearer."""
    return {UUID(name) for name in job.preferred} | {who for who, relation in pairs.items() if relation == "preferred"}


def short_name(full_name: str) -> str:
    """First initial and last name, as records and explanations show a vendor."""
    first, _, rest = full_name.strip().partition(" ")
    return f"{first[:1]}. {rest.split()[-1]}" if rest.strip() else first


async def _documented(work: Work, service: str, ids: Sequence[UUID]) -> Collection[UUID]:
    kinds = required_kinds([service], (await tenant_settings(work))["vendors.required_documents"])
    return await candidate_store.documented(work, ids, sorted(kinds))


def _accepted_today(offers: Sequence[Lately], tz: str, now: datetime) -> int:
    place = zone(tz)
    today = now.astimezone(place).date()
    return sum(
        offer.status == "accepted"
        and offer.decided_at is not None
        and offer.decided_at.astimezone(place).date() == today
        for offer in offers
    )


def _declines(offers: Sequence[Lately], place: tuple[float, float]) -> list[tuple[datetime, float]]:
    return [
        (offer.decided_at, haversine_km(offer.lat, offer.lng, *place))
        for offer in offers
        if offer.status == "declined" and offer.decided_at and offer.lat is not None and offer.lng is not None
    ]


def _ids(*sources: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(entry) for source in sources for entry in source or ()))
