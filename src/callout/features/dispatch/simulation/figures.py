"""What a rehearsal came to, in numbers."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from callout.features.dispatch.simulation.people import Worker
from callout.features.dispatch.simulation.rehearsal import Rehearsal
from callout.features.dispatch.simulation.search import Search
from callout.features.dispatch.simulation.town import Plan, found
from callout.kit.geo import haversine_km

SOON: Final = timedelta(minutes=30)


class Figures(msgspec.Struct, frozen=True):
    """One row of the comparison; shares 0..1, times as their names say, None where there is nothing to count."""

    strategy: str
    jobs: int
    filled_30_min: float | None
    filled: float | None
    accept_p50_min: float | None
    accept_p90_min: float | None
    offers_per_job: float | None
    late_yes_per_job: float | None
    mean_km: float | None
    newcomer_wait_h: float | None
    newcomers_without_job: int
    gini: float | None
    mean_success: float | None


def figures(played: Rehearsal, plan: Plan) -> Figures:
    """Counts what was asked for in the counted days of a plan."""
    searches = [search for search in played.searches if plan.counted_from <= search.wish.at < plan.ends]
    filled = [search for search in searches if search.assigned_at is not None]
    minutes = sorted(map(minutes_to_accept, filled))
    waits = newcomer_waits(played, plan)
    return Figures(
        strategy=played.strategy.name,
        jobs=len(searches),
        filled_30_min=_share(sum(wait <= SOON.total_seconds() / 60 for wait in minutes), len(searches)),
        filled=_share(len(filled), len(searches)),
        accept_p50_min=percentile(minutes, 0.5),
        accept_p90_min=percentile(minutes, 0.9),
        offers_per_job=_share(sum(len(search.offers) for search in searches), len(searches)),
        late_yes_per_job=_share(sum(search.late_yes for search in searches), len(searches)),
        mean_km=mean([search.winner.row.distance_km for search in filled if search.winner]),
        newcomer_wait_h=mean([wait.total_seconds() / 3600 for wait, _ in waits]),
        newcomers_without_job=sum(not got for _, got in waits),
        gini=gini_by_service(filled, plan),
        mean_success=mean([success for search, success in played.outcomes if search.wish.at >= plan.counted_from]),
    )


def minutes_to_accept(search: Search) -> float:
    """Minutes from the first look for somebody to the yes."""
    began, taken = search.first_dispatched, search.assigned_at
    return (taken - began).total_seconds() / 60 if began and taken else math.inf


def newcomer_waits(played: Rehearsal, plan: Plan) -> list[tuple[timedelta, bool]]:
    """(time from joining to the first job, whether there was one) of each newcomer; without one, until the end."""
    first: dict[str, datetime] = {}
    for search in played.searches:
        if search.winner is not None and search.assigned_at is not None:
            known = first.get(search.winner.vendor_id)
            first[search.winner.vendor_id] = min(known, search.assigned_at) if known else search.assigned_at
    return [
        (first.get(worker.vendor_id, plan.ends) - worker.joins, worker.vendor_id in first)
        for worker in found(plan).workers
        if worker.joins is not None
    ]


def gini_by_service(filled: Sequence[Search], plan: Plan) -> float | None:
    """The Gini coefficient of jobs over the vendors of a service, over services as they weigh by jobs.

    Newcomers, who were not there all the time, are left out.
    """
    jobs: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for search in filled:
        if search.winner is not None:
            jobs[search.wish.job.service][search.winner.vendor_id] += 1
    weighed, total = 0.0, 0
    for service, won in jobs.items():
        there = [
            worker.vendor_id
            for worker in found(plan).workers
            if worker.joins is None and service in worker.facts.services
        ]
        counts = [won[vendor] for vendor in there]
        value = gini(counts)
        if value is not None:
            weighed, total = weighed + value * sum(counts), total + sum(counts)
    return weighed / total if total else None


def gini(counts: Sequence[float]) -> float | None:
    """The Gini coefficient: 0 when all have the same, towards 1 when one has everything; None when there is nothing.

    G = 2·Σ i·xᵢ / (n·Σ xᵢ) - (n + 1) / n over ascending x, i from 1 (Sen, On Economic Inequality, 1973).
    """
    ordered = sorted(counts)
    total, number = math.fsum(ordered), len(ordered)
    if total <= 0:
        return None
    weighed = math.fsum(place * value for place, value in enumerate(ordered, start=1))
    return max(0.0, 2 * weighed / (number * total) - (number + 1) / number)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """A percentile of ascending numbers, with linear interpolation; None of nothing."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low, high = math.floor(place), math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return math.fsum(values) / len(values) if values else None


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def first_offer_and_job(played: Rehearsal, worker: Worker) -> tuple[int | None, int | None, int]:
    """After how many jobs within his reach a newcomer got the first offer, and the first job; and how many there were.

    Within reach: of one of his services, and not farther from the centre of his area than its radius.
    """
    facts, count = worker.facts, 0
    offer: int | None = None
    won: int | None = None
    for search in played.searches:
        job = search.wish.job
        if worker.joins is None or search.wish.at < worker.joins or job.service not in facts.services:
            continue
        if haversine_km(facts.lat, facts.lng, job.lat, job.lng) > facts.radius_km:
            continue
        count += 1
        if offer is None and worker.vendor_id in search.asked:
            offer = count
        if won is None and search.winner is not None and search.winner.vendor_id == worker.vendor_id:
            won = count
    return offer, won, count
