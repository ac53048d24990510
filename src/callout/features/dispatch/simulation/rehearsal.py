"""Days of the made-up town, event by event on a simulated clock, decided by the functions the product decides with."""

import heapq
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from callout.features.dispatch import track_record
from callout.features.dispatch.deadlines import fill_deadline
from callout.features.dispatch.facts import Criteria
from callout.features.dispatch.opening import is_open
from callout.features.dispatch.policy import DEFAULT_POLICY, Policy
from callout.features.dispatch.simulation.chance import Chance
from callout.features.dispatch.simulation.demand import Wish
from callout.features.dispatch.simulation.ledger import Ledger
from callout.features.dispatch.simulation.people import Worker, reaction
from callout.features.dispatch.simulation.search import Chosen, Proposal, Search, choose, proposals
from callout.features.dispatch.simulation.strategies import Strategy
from callout.kit.geo import haversine_km

SPEED_KMH: Final = 30.0
RATES: Final = 0.6
"""Share of customers who rate a job."""
CLOSED: Final = frozenset({"assigned", "cancelled", "given_up"})


class Rehearsal:
    """One run of a town under one strategy and policy; feed it with vendors and wishes, then `run`."""

    def __init__(
        self, seed: int, strategy: Strategy, policy: Policy = DEFAULT_POLICY, criteria: Criteria | None = None
    ) -> None:
        self.seed = seed
        self.strategy = strategy
        self.policy = policy
        base = criteria or Criteria()
        self.criteria = msgspec.structs.replace(base, mode=strategy.mode, max_vendors_to_notify=strategy.at_once)
        self.ledger = Ledger(seed, policy.knobs)
        self.searches: list[Search] = []
        self.outcomes: list[tuple[Search, float]] = []
        self.watchers: list[Callable[[Proposal, Chosen], None]] = []
        self._unfilled: list[Search] = []
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._ticks = 0
        self._offers = 0

    def run(self, workers: Sequence[Worker], wishes: Sequence[Wish], days: Sequence[datetime]) -> None:
        """Plays everything to its end; `days` are the local midnights at which vendors may come online."""
        for worker in workers:
            if worker.joins is None:
                self.ledger.join(worker)
            else:
                self._at(worker.joins, partial(self._joins, worker))
        for wish in wishes:
            self._at(wish.at, partial(self._arrives, wish))
        for day in days:
            for hour in range(6, 22):
                self._at(day + timedelta(hours=hour, minutes=1), self._look_again)
        while self._queue:
            now, _, happen = heapq.heappop(self._queue)
            happen(now)

    def _at(self, moment: datetime, happen: Callable[[datetime], None]) -> None:
        self._ticks += 1
        heapq.heappush(self._queue, (moment, self._ticks, happen))

    def _joins(self, worker: Worker, _now: datetime) -> None:
        self.ledger.join(worker)

    def _arrives(self, wish: Wish, now: datetime) -> None:
        search = Search(wish, first_dispatched=now)
        self.searches.append(search)
        self.ledger.note_value(wish.job.estimated_value)
        self._at(wish.gives_up, partial(self._customer_leaves, search))
        self._begin(search, now)

    def _begin(self, search: Search, now: datetime) -> None:
        search.run, search.wave, search.ring = search.run + 1, 0, 0
        search.deadline = fill_deadline(search.wish.job.priority, now)
        if not self._send(search, now):
            self._set_aside(search)

    def _send(self, search: Search, now: datetime) -> bool:
        """Sends the next wave; False when there is nobody to ask."""
        chosen = self._choose(search, now)
        search.wave, search.ring = chosen.case.wave, chosen.case.ring
        made = proposals(search, chosen, self._offers)
        self._offers += len(made)
        if made:
            search.status = "offering"
            search.asked_first = search.asked_first or made[0].vendor_id
        for offer in made:
            search.offers.append(offer)
            search.asked.setdefault(offer.vendor_id, []).append(offer)
            search.run_of[offer.number] = search.run
            for watch in self.watchers:
                watch(offer, chosen)
            self._offer(offer, now)
        return bool(made)

    def _choose(self, search: Search, now: datetime) -> Chosen:
        return choose(search, self.ledger, now, strategy=self.strategy, policy=self.policy, criteria=self.criteria)

    def _offer(self, offer: Proposal, now: datetime) -> None:
        standing, job = self.ledger.standings[offer.vendor_id], offer.search.wish.job
        standing.outstanding[offer.number] = offer.row.accept_probability or 0.0
        standing.last_offered[job.service] = now
        facts = standing.worker.facts
        km = haversine_km(facts.lat, facts.lng, job.lat, job.lng)
        attempt = len(offer.search.asked[offer.vendor_id])
        open_now = is_open(facts.working_hours, facts.timezone, now)
        answer = reaction(
            self.seed,
            standing.worker,
            job.order_id,
            at=now,
            km=km,
            open_jobs=standing.open_jobs,
            open_now=open_now,
            attempt=attempt,
        )
        if answer.minutes is not None:
            self._at(now + timedelta(minutes=answer.minutes), partial(self._answers, offer, yes=answer.yes))
        self._at(offer.expires_at, partial(self._expires, offer))

    def _answers(self, offer: Proposal, now: datetime, *, yes: bool) -> None:
        search, standing = offer.search, self.ledger.standings[offer.vendor_id]
        if offer.status != "pending" or now >= offer.expires_at:
            search.late_yes += yes and search.status != "cancelled"
            return
        if yes and standing.open_jobs >= standing.worker.facts.max_open_jobs:
            return
        minutes = (now - offer.sent_at).total_seconds() / 60
        self._end(offer, "accepted" if yes else "declined")
        self.ledger.responses[search.wish.job.service].append((offer.vendor_id, minutes))
        part = track_record.daypart(offer.sent_at, standing.worker.facts.timezone)
        self._count(offer, now, lambda record: track_record.answered(record, minutes=minutes, accepted=yes, part=part))
        if yes:
            self._accepted(offer, now)
        else:
            self.ledger.declined(standing, now, search.wish.job.lat, search.wish.job.lng)
            self._go_on(search, now)

    def _accepted(self, offer: Proposal, now: datetime) -> None:
        search, standing = offer.search, self.ledger.standings[offer.vendor_id]
        search.status, search.assigned_at, search.winner = "assigned", now, offer
        for other in search.pending:
            self._end(other, "withdrawn")
        self.ledger.took(standing, search.wish.job.service, now)
        travel = timedelta(hours=offer.row.distance_km / SPEED_KMH)
        begins = max(now + travel, search.wish.job.start or now)
        self._at(begins + timedelta(hours=search.wish.work_h), partial(self._finishes, offer))

    def _finishes(self, offer: Proposal, now: datetime) -> None:
        standing, search = self.ledger.standings[offer.vendor_id], offer.search
        standing.open_jobs -= 1
        nature = standing.worker.nature
        chance = Chance(self.seed, "outcome", search.wish.job.order_id, offer.vendor_id)
        kept, stars = chance.happens(nature.reliability), round(1 + 4 * chance.normal(nature.skill, 0.18))
        stars = min(max(stars, 1), 5)
        rated = chance.happens(RATES)
        if kept and rated:
            standing.stars.append(stars)
        success = track_record.success_of(stars if rated else None) if kept else 0.0
        self._count(offer, now, lambda record: track_record.delivered(record, success))
        self.outcomes.append((search, (stars - 1) / 4 if kept else 0.0))
        self._look_again(now)

    def _expires(self, offer: Proposal, now: datetime) -> None:
        if offer.status != "pending":
            return
        self._end(offer, "expired")
        part = track_record.daypart(offer.sent_at, offer.vendor.timezone)
        pause = self.policy.knobs.silence_backoff_min
        self._count(offer, now, lambda record: track_record.stayed_silent(record, now, part=part, backoff_min=pause))
        self._go_on(offer.search, now)

    def _go_on(self, search: Search, now: datetime) -> None:
        """The next wave, once everybody asked has answered or stayed silent."""
        if search.status != "offering" or search.pending:
            return
        if search.deadline is not None and now >= search.deadline:
            search.status = "given_up"
        elif not self._send(search, now):
            self._set_aside(search)

    def _set_aside(self, search: Search) -> None:
        search.status = "no_candidates"
        self._unfilled.append(search)

    def _look_again(self, now: datetime) -> None:
        """Capacity was freed or somebody came online: looks again for those nobody was there for, urgent ones first."""
        waiting = [search for search in self._unfilled if search.status == "no_candidates"]
        self._unfilled = []
        for search in sorted(waiting, key=lambda search: (search.wish.job.priority != "urgent", search.wish.at)):
            search.ring = 0
            if self._choose(search, now).decision.chosen:
                self._begin(search, now)
            else:
                self._unfilled.append(search)

    def _customer_leaves(self, search: Search, _now: datetime) -> None:
        """Nobody was found in the time the customer had."""
        if search.status not in CLOSED:
            search.status = "cancelled"
            for offer in search.pending:
                self._end(offer, "withdrawn")

    def _end(self, offer: Proposal, status: str) -> None:
        offer.status = status
        self.ledger.standings[offer.vendor_id].outstanding.pop(offer.number, None)

    def _count(
        self, offer: Proposal, now: datetime, change: Callable[[track_record.Record], track_record.Record]
    ) -> None:
        self.ledger.count(offer.vendor_id, offer.search.wish.job.service, now, change)
