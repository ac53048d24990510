"""Simulated days: the same from the same seed, nobody asked who may not be, and newcomers get work."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from callout.features.dispatch.simulation.figures import figures, first_offer_and_job, gini
from callout.features.dispatch.simulation.page import page, table
from callout.features.dispatch.simulation.people import TIMEZONE
from callout.features.dispatch.simulation.rehearsal import Rehearsal
from callout.features.dispatch.simulation.search import Chosen, Proposal
from callout.features.dispatch.simulation.strategies import BY_NAME, STRATEGIES
from callout.features.dispatch.simulation.town import FIRST_DAY, Plan, found, rehearse
from callout.kit.geo import haversine_km

SMALL = Plan(warm_up_days=2, days=3, vendors=18, newcomers=3, jobs_per_day=30)
JOBS_UNTIL_WORK = 40
"""Within so many jobs in reach a newcomer who wants work has some: over thirty towns 39 was the most."""
ZONE = ZoneInfo(TIMEZONE)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def watched(plan: Plan, name: str, watch: Callable[[Rehearsal, Proposal, Chosen], None]) -> Rehearsal:
    """Plays a plan and looks at every offer at the moment it is made."""
    town = found(plan)
    played = Rehearsal(plan.seed, BY_NAME[name])
    played.watchers.append(lambda offer, chosen: watch(played, offer, chosen))
    played.run(town.workers, town.wishes, [FIRST_DAY + timedelta(days=day) for day in range(5)])
    return played


def hours_in_window(offer: Proposal, start: datetime, end: datetime) -> bool:
    """Whether the vendor works at some whole minute of a span; written apart from the product's own reckoning."""
    moment = start
    while moment <= end:
        local = moment.astimezone(ZONE)
        clock = f"{local:%H:%M}"
        weekly = offer.vendor.working_hours or {}
        if any(span["from"] <= clock < span["to"] for span in weekly.get(DAYS[local.weekday()], ())):
            return True
        moment += timedelta(minutes=1)
    return False


def objection(played: Rehearsal, offer: Proposal, relaxed: tuple[str, ...]) -> str | None:
    """Why this offer must never have been made."""
    job, now = offer.search.wish.job, offer.sent_at
    standing = played.ledger.standings[offer.vendor_id]
    facts = standing.worker.facts
    if job.service not in facts.services:
        return "does not do this"
    if haversine_km(facts.lat, facts.lng, job.lat, job.lng) > min(facts.radius_km, 50.0):
        return "too far away"
    if standing.worker.joins is not None and now < standing.worker.joins:
        return "has not joined yet"
    if standing.open_jobs >= facts.max_open_jobs:
        return "has no room"
    if standing.accepted_on[now.astimezone(ZONE).date()] >= facts.daily_cap:
        return "has had enough for today"
    if len(standing.outstanding) >= 3:
        return "has three open offers"
    earlier = [other for other in offer.search.asked[offer.vendor_id] if other is not offer]
    if any(other.status in ("declined", "pending") for other in earlier):
        return "declined this job or is being asked"
    if any(other.status == "expired" for other in earlier) and "already_silent" not in relaxed:
        return "stayed silent on this job"
    if job.priority == "urgent":
        ready = offer.vendor.is_online or hours_in_window(offer, now, now)
        return None if ready else "closed"
    start = max(job.start, now) if job.start else now
    width = timedelta(hours=4) if job.start and job.schedule_source != "default" else timedelta(hours=24)
    return None if hours_in_window(offer, start, start + width) else "does not work then"


@pytest.mark.parametrize("name", list(BY_NAME))
def test_nobody_is_asked_who_may_not_be(name: str) -> None:
    asked: list[str | None] = []

    def watch(played: Rehearsal, offer: Proposal, chosen: Chosen) -> None:
        asked.append(objection(played, offer, chosen.decision.relaxed))
        assert offer.expires_at <= (offer.search.deadline or offer.expires_at)

    watched(SMALL, name, watch)
    assert len(asked) > 200
    assert [reason for reason in asked if reason] == []


def test_every_job_has_one_winner_or_none_and_no_offer_is_left_open() -> None:
    played = rehearse(SMALL, BY_NAME["waves"])
    assert len(played.searches) == len(found(SMALL).wishes)
    for search in played.searches:
        statuses = [offer.status for offer in search.offers]
        assert "pending" not in statuses
        assert statuses.count("accepted") == (search.status == "assigned")
        assert search.status in {"assigned", "cancelled", "given_up"}
    assert all(standing.open_jobs == 0 and not standing.outstanding for standing in played.ledger.standings.values())


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    first = figures(rehearse(SMALL, BY_NAME["waves"]), SMALL)
    assert figures(rehearse(SMALL, BY_NAME["waves"]), SMALL) == first
    other = msgspec.structs.replace(SMALL, seed=8)
    assert figures(rehearse(other, BY_NAME["waves"]), other) != first


def test_strategies_differ_as_they_must() -> None:
    by_name = {name: figures(rehearse(SMALL, BY_NAME[name]), SMALL) for name in BY_NAME}

    def value(name: str, field: str) -> float:
        return float(getattr(by_name[name], field))

    assert value("broadcast-10", "offers_per_job") > value("waves", "offers_per_job")
    assert value("broadcast-10", "late_yes_per_job") > value("sequential", "late_yes_per_job")
    assert value("nearest-first", "mean_km") == min(value(name, "mean_km") for name in by_name)
    assert value("waves", "accept_p50_min") < value("sequential", "accept_p50_min")
    heading, *rows = table({name: [row] for name, row in by_name.items()})
    assert len(rows) == len(STRATEGIES)
    assert all(len(row) == len(heading) for row in rows)
    text = page({name: [row] for name, row in by_name.items()}, SMALL, [7], "callout dispatch simulate")
    assert "seeds 7" in text
    assert text.count("**·**") >= len(heading)


@pytest.mark.parametrize("seed", [2, 8, 10, 21])
def test_a_newcomer_who_wants_work_gets_some_within_forty_jobs(seed: int) -> None:
    plan = Plan(seed=seed, warm_up_days=4, days=8, vendors=24, newcomers=6, jobs_per_day=40, willing=True)
    played = rehearse(plan, BY_NAME["waves"])
    newcomers = [worker for worker in found(plan).workers if worker.joins is not None]
    assert len(newcomers) == 6
    for worker in newcomers:
        offer, job, in_reach = first_offer_and_job(played, worker)
        assert offer is not None, worker.vendor_id
        assert in_reach < JOBS_UNTIL_WORK or (job is not None and job <= JOBS_UNTIL_WORK), worker.vendor_id


def test_the_gini_coefficient_is_known_for_known_shares() -> None:
    assert gini([]) is None
    assert gini([0, 0]) is None
    assert gini([3, 3, 3]) == 0
    assert gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)


def test_a_day_without_vendors_or_jobs_has_no_figures_but_no_errors_either() -> None:
    empty = Plan(warm_up_days=0, days=1, vendors=0, newcomers=0, jobs_per_day=3)
    told = figures(rehearse(empty, BY_NAME["waves"]), empty)
    assert (told.jobs > 0, told.filled, told.accept_p50_min, told.gini, told.mean_km) == (True, 0.0, None, None, None)
    silent = Plan(warm_up_days=0, days=1, vendors=3, newcomers=0, jobs_per_day=0)
    assert figures(rehearse(silent, BY_NAME["waves"]), silent).offers_per_job is None
