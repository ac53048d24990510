"""How good a match is: seven features from 0 to 1, their weighted sum, and the order that follows from it."""

import hashlib
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from heapq import nlargest
from itertools import groupby
from typing import Final

import msgspec

from callout.features.dispatch.acceptance import accept_probability
from callout.features.dispatch.candidates import Finding
from callout.features.dispatch.facts import Case, Job, VendorFacts
from callout.features.dispatch.policy import Policy, PolicyClass
from callout.features.dispatch.track_record import (
    answer_rate,
    daypart,
    exploration_bonus,
    median_minutes,
    quality,
    tenant_mean,
)

PROXIMITY_KM: Final = 10.0
PROXIMITY_MIN: Final = 25.0
RESPONSE_MIN: Final = 10.0
AVAILABILITY_H: Final = 4.0
EXPERIENCE_JOBS: Final = 8.0
URGENT_READY_MIN: Final = 15.0
PRIOR_RATING: Final = 0.75
JOINER: Final = timedelta(days=30)
PLANNED_AHEAD: Final = timedelta(hours=24)
KEY_DIGITS: Final = 9  # rank keys closer than this are a tie


class Score(msgspec.Struct, frozen=True):
    """A vendor's features and what they add up to."""

    features: dict[str, float]
    contributions: dict[str, float]
    score: float
    accept_probability: float
    rank_key: float
    est_response_min: float
    explorer: bool = False


Entry = tuple[Finding, Score]


def policy_class(job: Job, now: datetime) -> PolicyClass:
    """Which row of weights applies: urgent by priority; planned when low or wished for a day ahead; else normal."""
    if job.priority == "urgent":
        return "urgent"
    wished = job.schedule_source in ("customer", "operator") and job.start is not None
    if job.priority == "low" or (wished and job.start is not None and job.start - now >= PLANNED_AHEAD):
        return "planned"
    return "normal"


def features_of(finding: Finding, case: Case, policy: Policy) -> dict[str, float]:
    """The seven features of a vendor for this job, each from 0 to 1."""
    vendor, market, knobs = finding.vendor, case.market, policy.knobs
    mean = tenant_mean(market.outcomes, market.success)
    minutes = median_minutes(vendor.answers, vendor.sum_log_rt)
    return {
        "quality": quality(vendor.n, vendor.s, mean, knobs.quality_prior_strength),
        "proximity": proximity(finding.distance_km, vendor.travel_min),
        "response": answer_rate(vendor.offers, vendor.answers) * math.exp(-minutes / RESPONSE_MIN),
        "fit": fit(vendor, case.job),
        "availability": math.exp(-finding.wait_h / AVAILABILITY_H),
        "fairness": fairness(vendor, case),
        "headroom": headroom(vendor) if case.criteria.prefer_available else 1.0,
    }


def proximity(km: float, travel_min: float | None) -> float:
    """exp(-minutes / 25) when a router knows the travel time, else exp(-km / 10)."""
    return math.exp(-travel_min / PROXIMITY_MIN) if travel_min is not None else math.exp(-km / PROXIMITY_KM)


def fit(vendor: VendorFacts, job: Job) -> float:
    """0.6, + 0.2 for a skill or tag the customer's requirements name, + 0.1 for the language, + 0.1 for a favourite.

    What nobody asked for is given.
    """
    points = 0.6
    if not job.special_requirements or _names_a_skill(job.special_requirements, (*vendor.skills, *vendor.tags)):
        points += 0.2
    if job.language is None or _primary(job.language) in {_primary(spoken) for spoken in vendor.languages}:
        points += 0.1
    if not job.has_favourites or vendor.favourite:
        points += 0.1
    return min(points, 1.0)


def fairness(vendor: VendorFacts, case: Case) -> float:
    """1 - min(2, share / fair share) / 2 over the accepted jobs of 30 days; a joiner counts at least the mean share."""
    fair = case.market.fair_share
    share = float(vendor.share_30d)
    if vendor.joined_at is None or case.now - vendor.joined_at < JOINER:
        share = max(share, fair)
    return 1 - min(2.0, share / fair if fair > 0 else 1.0) / 2


def headroom(vendor: VendorFacts) -> float:
    """1 - (load / max_open_jobs)², where load = open jobs + the expected yeses among outstanding offers; at least 0."""
    load = (vendor.open_jobs + vendor.outstanding_p) / vendor.max_open_jobs
    return max(0.0, 1 - load * load)


def score(finding: Finding, case: Case, policy: Policy, weights: Mapping[str, float]) -> Score:
    """Scores one vendor: U = Σ wᵢ·fᵢ, chance of a yes p, and the rank key U·pᵉ (e = 0.5 by default).

    Args:
        finding: the vendor as the filters saw it.
        case: the selection.
        policy: its knobs are used.
        weights: the row of the policy for the class of the order.
    """
    vendor, market = finding.vendor, case.market
    part = daypart(case.now, vendor.timezone)
    p = accept_probability(
        (vendor.daypart_accepts[part], vendor.daypart_offers[part]),
        (vendor.accepts, vendor.offers),
        (market.accepts, market.offers),
    )
    features = features_of(finding, case, policy)
    contributions = {name: weights[name] * value for name, value in features.items()}
    total = math.fsum(contributions.values())
    minutes = median_minutes(vendor.answers, vendor.sum_log_rt)
    return Score(features, contributions, total, p, total * p**policy.knobs.rank_exponent, minutes)


def explored(entry: Entry, case: Case, policy: Policy, weights: Mapping[str, float]) -> Entry:
    """The same vendor seen hopefully: with the exploration bonus added to quality, which stays at most 1."""
    finding, base = entry
    features = {**base.features, "quality": hope(entry, case, policy)}
    contributions = {**base.contributions, "quality": weights["quality"] * features["quality"]}
    total = math.fsum(contributions.values())
    p = base.accept_probability
    key = total * p**policy.knobs.rank_exponent
    return finding, Score(features, contributions, total, p, key, base.est_response_min, explorer=True)


def hope(entry: Entry, case: Case, policy: Policy) -> float:
    """A vendor's quality with the exploration bonus."""
    mean = tenant_mean(case.market.outcomes, case.market.success)
    knobs = policy.knobs
    bonus = exploration_bonus(entry[0].vendor.n, mean, knobs.quality_prior_strength, knobs.exploration_c)
    return min(1.0, entry[1].features["quality"] + bonus)


def most_hopeful(
    pool: Iterable[Entry], case: Case, policy: Policy, weights: Mapping[str, float], count: int
) -> list[Entry]:
    """The vendors with the highest rank keys when seen hopefully, as they are seen plainly."""

    def key(entry: Entry) -> float:
        base = entry[1]
        rise = weights["quality"] * (hope(entry, case, policy) - base.features["quality"])
        return float((base.score + rise) * base.accept_probability**policy.knobs.rank_exponent)

    return nlargest(count, pool, key=key)


def ranked(pool: Iterable[Entry], case: Case) -> list[Entry]:
    """Best first: preferred vendors, then by rank key; ties by least recently offered, then by a fixed shuffle."""
    preferred = frozenset(case.job.preferred)

    def place(entry: Entry) -> tuple[bool, float, float]:
        vendor = entry[0].vendor
        favoured = vendor.vendor_id in preferred or vendor.preferred_by_customer
        last = vendor.last_offered_at.timestamp() if vendor.last_offered_at else 0.0
        return not favoured, -round(entry[1].rank_key, KEY_DIGITS), last

    order: list[Entry] = []
    for _, ties in groupby(sorted(pool, key=place), key=place):
        equals = list(ties)
        if len(equals) > 1:
            equals.sort(key=lambda entry: shuffle_key(case.seed, entry[0].vendor.vendor_id))
        order += equals
    return order


def seed_of(order_id: str) -> int:
    """The seed of an order's decisions, recorded with each of them."""
    return int.from_bytes(hashlib.blake2b(order_id.encode(), digest_size=4).digest()) >> 1


def shuffle_key(seed: int, vendor_id: str) -> bytes:
    """A fixed pseudo-random place of a vendor within the ties of an order."""
    return hashlib.blake2b(f"{seed}:{vendor_id}".encode(), digest_size=8).digest()


def legacy_factors(finding: Finding, scored: Score) -> dict[str, float]:
    """The same match in the words of the earlier seven factors: shown next to the features, never scored."""
    vendor, features = finding.vendor, scored.features
    ready = vendor.is_online and scored.est_response_min <= URGENT_READY_MIN
    return {
        "distance": features["proximity"],
        "rating": (vendor.rating - 1) / 4 if vendor.rating is not None else PRIOR_RATING,
        "availability": (features["availability"] + features["headroom"]) / 2,
        "performance": (features["quality"] + features["response"]) / 2,
        "location": max(0.0, 1 - finding.centre_km / vendor.radius_km),
        "experience": vendor.n / (vendor.n + EXPERIENCE_JOBS),
        "priority": 1.0 if ready else 0.5,
    }


def _names_a_skill(requirements: Iterable[str], skills: Iterable[str]) -> bool:
    texts = [_tokens(text) for text in requirements]
    return any(_contains(text, words) for skill in skills if (words := _tokens(skill)) for text in texts)


def _contains(text: list[str], words: list[str]) -> bool:
    return any(text[i : i + len(words)] == words for i in range(len(text) - len(words) + 1))


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


def _primary(language: str) -> str:
    return language.partition("-")[0].casefold()
