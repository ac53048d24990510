"""Who may be asked at all: the hard filters with their reason codes, and which of them give way, in which order."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from callout.features.dispatch.facts import Case, Job, VendorFacts
from callout.features.dispatch.opening import first_open, is_open
from callout.features.dispatch.policy import Knobs
from callout.features.dispatch.track_record import mean_minutes
from callout.kit.geo import haversine_km

FRESH_LOCATION: Final = timedelta(minutes=15)
SEEN_RECENTLY: Final = timedelta(hours=24)
NEARBY_KM: Final = 5.0
ANSWERS_TO_JUDGE_SPEED: Final = 5.0
SILENCES_FORGIVEN_PER_RUN: Final = 1
DEFAULT_WINDOW: Final = timedelta(hours=24)
GIVEN_WINDOW: Final = timedelta(hours=4)
URGENT_WINDOW: Final = timedelta(hours=2)

RELAXATION_ORDER: Final = (
    "offline",
    "slow_response",
    "below_min_rating",
    "below_min_score",
    "already_silent",
    "cooling_down",
)
"""What gives way, one after the other, once the last ring leaves nobody."""
RELAXABLE: Final = frozenset(RELAXATION_ORDER)
NEVER_OFFERED: Final = frozenset({"inactive", "not_verified", "blocked", "suspended"})
"""Even an admin naming vendors by hand cannot offer to these."""
STATUS_CODES: Final = {
    "pending": "not_verified",
    "suspended": "suspended",
    "blocked": "blocked",
}


class Finding(NamedTuple):
    """What the filters say about one vendor: km to the job, km from the area's centre, hours until the first slot."""

    vendor: VendorFacts
    reason_codes: tuple[str, ...]
    distance_km: float
    centre_km: float
    wait_h: float

    @property
    def may_be_relaxed(self) -> bool:
        """Whether every objection can give way; a vendor who stayed silent twice in this run is not asked again."""
        return RELAXABLE.issuperset(self.reason_codes) and self.vendor.recent_silences <= SILENCES_FORGIVEN_PER_RUN


def examine(vendor: VendorFacts, case: Case, knobs: Knobs, window: tuple[datetime, datetime]) -> Finding:
    """Runs every filter over one vendor; all reasons are kept, not only the first."""
    job = case.job
    centre_km = haversine_km(vendor.lat, vendor.lng, job.lat, job.lng)
    slot = first_slot(vendor, job, window, case.now)
    codes = [*_standing(vendor), *_ability(vendor, case)]
    if centre_km > min(vendor.radius_km, case.ring_km):
        codes.append("out_of_area")
    if slot is None:
        codes.append(_why_no_slot(vendor, job, window))
    codes += _load(vendor, knobs)
    codes += _relation(vendor, job)
    if _cooling_down(vendor, case.now, knobs):
        codes.append("cooling_down")
    codes += _standards(vendor, case)
    wait_h = max(0.0, (slot - window[0]).total_seconds() / 3600) if slot else 0.0
    return Finding(vendor, tuple(codes), distance_km(vendor, job, case.now, centre_km), centre_km, wait_h)


def schedule_window(job: Job, now: datetime) -> tuple[datetime, datetime]:
    """When the work is to start: from..until.

    Urgent work starts now. A wished start is open for four hours, a default one for a day, unless an end is given.
    """
    if job.priority == "urgent" or job.start is None:
        start = now
        width = URGENT_WINDOW if job.priority == "urgent" else DEFAULT_WINDOW
        return start, max(job.end or start, start + width)
    start = max(job.start, now)
    width = DEFAULT_WINDOW if job.schedule_source == "default" else GIVEN_WINDOW
    return start, job.end if job.end and job.end > start else start + width


def first_slot(vendor: VendorFacts, job: Job, window: tuple[datetime, datetime], now: datetime) -> datetime | None:
    """The first moment of the window at which the vendor can work.

    For urgent work the vendor must be open at once; one who is online counts as open unless on time off.
    """
    if job.priority == "urgent":
        off = any(begin <= now < until for begin, until in vendor.time_off)
        ready = vendor.is_online or is_open(vendor.working_hours, vendor.timezone, now)
        return now if ready and not off else None
    return first_open(vendor.working_hours, vendor.timezone, *window, vendor.time_off)


def distance_km(vendor: VendorFacts, job: Job, now: datetime, centre_km: float) -> float:
    """Km to the job: from where the vendor is when online and located within 15 minutes, else from the centre."""
    if (
        vendor.is_online
        and vendor.current_lat is not None
        and vendor.current_lng is not None
        and vendor.located_at is not None
        and now - vendor.located_at <= FRESH_LOCATION
    ):
        return haversine_km(vendor.current_lat, vendor.current_lng, job.lat, job.lng)
    return centre_km


def online_lately(vendor: VendorFacts, now: datetime) -> bool:
    """Online, and heard of within 24 hours."""
    return vendor.is_online and vendor.last_seen_at is not None and now - vendor.last_seen_at <= SEEN_RECENTLY


def _standing(vendor: VendorFacts) -> list[str]:
    codes = [] if vendor.active else ["inactive"]
    if vendor.status != "verified":
        codes.append(STATUS_CODES.get(vendor.status, "not_verified"))
    return codes


def _ability(vendor: VendorFacts, case: Case) -> list[str]:
    job, criteria = case.job, case.criteria
    codes = []
    same_kind = not criteria.work_type_match and job.canonical != "" and job.canonical in vendor.canonicals
    if job.service not in vendor.services and not same_kind:
        codes.append("wrong_service")
    wanted = {skill.casefold() for skill in job.required_skills}
    if criteria.specialization_required:
        wanted.add(criteria.specialization_required.casefold())
    if wanted and not wanted <= {skill.casefold() for skill in (*vendor.skills, *vendor.tags)}:
        codes.append("missing_skill")
    return codes


def _load(vendor: VendorFacts, knobs: Knobs) -> list[str]:
    codes = []
    if vendor.open_jobs >= vendor.max_open_jobs:
        codes.append("at_capacity")
    if vendor.accepted_today >= vendor.daily_cap:
        codes.append("daily_cap")
    if vendor.asked or vendor.outstanding >= knobs.max_outstanding_offers:
        codes.append("offer_limit")
    return codes


def _relation(vendor: VendorFacts, job: Job) -> list[str]:
    """Objections from what lies between this vendor and this customer or order."""
    objections = {
        "doc_expired": not vendor.documents_valid,
        "blocked_pair": vendor.blocked_for_customer,
        "excluded_by_operator": vendor.vendor_id in job.excluded,
        "already_declined": vendor.refused,
        "already_silent": vendor.silences > 0,
    }
    return [code for code, holds in objections.items() if holds]


def _standards(vendor: VendorFacts, case: Case) -> list[str]:
    """Objections from what the job pays and what the tenant expects."""
    job, criteria = case.job, case.criteria
    codes = []
    if job.estimated_value is not None and vendor.min_price is not None and job.estimated_value < vendor.min_price:
        codes.append("below_min_price")
    if job.priority == "urgent" and criteria.require_online_for_urgent and not online_lately(vendor, case.now):
        codes.append("offline")
    judged = vendor.answers >= ANSWERS_TO_JUDGE_SPEED
    if judged and mean_minutes(vendor.answers, vendor.sum_log_rt) > criteria.max_response_time_min:
        codes.append("slow_response")
    known = vendor.rating is not None and vendor.rating_count >= criteria.min_ratings_for_filter
    if known and vendor.rating is not None and vendor.rating < criteria.min_rating:
        codes.append("below_min_rating")
    return codes


def _why_no_slot(vendor: VendorFacts, job: Job, window: tuple[datetime, datetime]) -> str:
    free_of_time_off = (
        is_open(vendor.working_hours, vendor.timezone, window[0])
        if job.priority == "urgent"
        else first_open(vendor.working_hours, vendor.timezone, *window)
    )
    if vendor.time_off and (free_of_time_off or vendor.is_online):
        return "time_off"
    return "closed_now" if job.priority == "urgent" else "no_slot_in_window"


def _cooling_down(vendor: VendorFacts, now: datetime, knobs: Knobs) -> bool:
    if vendor.backoff_until is not None and vendor.backoff_until > now:
        return True
    pause = timedelta(minutes=knobs.cool_down_min)
    return any(now - at <= pause and km <= NEARBY_KM for at, km in vendor.nearby_declines)
