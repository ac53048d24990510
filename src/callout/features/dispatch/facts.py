"""What a selection is decided from: the job, the criteria, the market and one row of facts per vendor.

Everything here is plain data that survives JSON unchanged, so that a recorded decision can be replayed bit for bit.
Times are aware UTC, distances km, durations in the unit their name ends with.
"""

from datetime import datetime
from typing import Literal

import msgspec

Mode = Literal["waves", "sequential", "broadcast", "manual"]
Priority = Literal["low", "medium", "high", "urgent"]
Weekly = dict[str, list[dict[str, str]]]
DAYPARTS = ("night", "morning", "afternoon", "evening")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be done, where and when."""

    order_id: str
    service: str
    canonical: str = ""
    lat: float
    lng: float
    priority: Priority = "medium"
    schedule_source: str = "default"
    start: datetime | None = None
    end: datetime | None = None
    estimated_value: float | None = None
    language: str | None = None
    required_skills: tuple[str, ...] = ()
    special_requirements: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()
    has_favourites: bool = False  # the customer has rated an earlier job 4 or better


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """Who may be asked and how: order fields over rule criteria over tenant settings, already merged."""

    radius_km: float = 15.0
    max_radius_km: float = 50.0
    min_rating: float = 4.0
    min_ratings_for_filter: int = 5
    max_response_time_min: float = 30.0
    min_score: float = 0.40
    max_vendors_to_notify: int = 3
    prefer_available: bool = True
    work_type_match: bool = True
    specialization_required: str | None = None
    require_online_for_urgent: bool = True
    mode: Mode = "waves"


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's history for one service, decayed to the moment of the decision."""

    outcomes: float = 0.0
    success: float = 0.0
    offers: float = 0.0
    accepts: float = 0.0
    fair_share: float = 0.0  # accepted jobs per vendor over 30 days
    high_value: float | None = None  # 90th percentile of order values


class VendorFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is known about one vendor when the decision is made; counters are already decayed to that moment."""

    vendor_id: str
    name: str = ""
    status: str = "verified"
    active: bool = True
    services: tuple[str, ...] = ()
    canonicals: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    lat: float
    lng: float
    radius_km: float = 10.0
    current_lat: float | None = None
    current_lng: float | None = None
    located_at: datetime | None = None
    travel_min: float | None = None
    timezone: str = "UTC"
    working_hours: Weekly | None = None
    time_off: tuple[tuple[datetime, datetime], ...] = ()
    is_online: bool = False
    last_seen_at: datetime | None = None
    joined_at: datetime | None = None
    open_jobs: int = 0
    max_open_jobs: int = 3
    accepted_today: int = 0
    daily_cap: int = 6
    outstanding: int = 0
    outstanding_p: float = 0.0
    documents_valid: bool = True
    min_price: float | None = None
    rating: float | None = None
    rating_count: int = 0
    blocked_for_customer: bool = False
    preferred_by_customer: bool = False
    favourite: bool = False  # rated 4 or better by this customer before
    refused: bool = False  # declined or released this order, or was taken off it
    asked: bool = False  # holds a pending offer of this order
    silences: int = 0  # offers of this order left to expire, since decliners were last forgiven
    recent_silences: int = 0  # the same within the current dispatch run
    had_its_turn: bool = False  # an offer of the current dispatch run has ended
    nearby_declines: tuple[tuple[datetime, float], ...] = ()  # recent declines elsewhere: when, km from this job
    backoff_until: datetime | None = None
    n: float = 0.0
    s: float = 0.0
    offers: float = 0.0
    answers: float = 0.0
    accepts: float = 0.0
    sum_log_rt: float = 0.0
    daypart_offers: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    daypart_accepts: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    share_30d: int = 0
    last_offered_at: datetime | None = None


class Dismissed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vendor no policy could choose for this job, and why: kept in the record without everything known about it."""

    vendor_id: str
    name: str = ""
    reason_codes: tuple[str, ...]
    distance_km: float
    travel_min: float | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The matching a decision was part of: how many orders were decided together, and whom this one was given."""

    id: str
    orders: int
    matched: tuple[str, ...] = ()  # empty: the order was left without a vendor of its own and chose by rank


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One selection to decide: everything `decide` may look at."""

    job: Job
    criteria: Criteria
    market: Market
    vendors: tuple[VendorFacts, ...]
    dismissed: tuple[Dismissed, ...] = ()
    now: datetime
    seed: int
    wave: int = 1
    ring: int = 0
    ring_km: float = 15.0
    last_ring: bool = True
    all_seen: bool = True  # false when more vendors serve the ring than were looked at, all of them farther away
    outstanding: int = 0
    named: tuple[str, ...] = ()  # manual mode: the vendors the admin chose
    batch: Batch | None = None
