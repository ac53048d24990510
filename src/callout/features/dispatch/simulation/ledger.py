"""What dispatch has learnt about the vendors of the made-up town: counters, loads and shares."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from callout.features.dispatch.facts import Market, VendorFacts
from callout.features.dispatch.opening import is_open, zone
from callout.features.dispatch.policy import Knobs
from callout.features.dispatch.simulation.chance import Chance
from callout.features.dispatch.simulation.people import Worker
from callout.features.dispatch.track_record import Record, decayed
from callout.kit.geo import bounding_box

SHARE_WINDOW: Final = timedelta(days=30)
VALUES_SAMPLED: Final = 500
FEWEST_VALUES: Final = 10
RESPONSES_KEPT: Final = 1000
DECLINES_KEPT: Final = timedelta(hours=4)


class Standing:
    """One vendor as he stands: open jobs, outstanding offers, rating, and what he did lately."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.open_jobs = 0
        self.outstanding: dict[int, float] = {}
        self.accepted_on: dict[date, int] = defaultdict(int)
        self.declines: deque[tuple[datetime, float, float]] = deque()
        self.stars: list[int] = []
        self.last_offered: dict[str, datetime] = {}
        self.records: dict[str, Record] = {}
        self.shares: dict[str, deque[datetime]] = defaultdict(deque)


class Ledger:
    """The vendors who have joined so far, by service, with the tenant's totals of each service."""

    def __init__(self, seed: int, knobs: Knobs) -> None:
        self.seed = seed
        self.knobs = knobs
        self.standings: dict[str, Standing] = {}
        self._by_service: dict[str, list[Standing]] = defaultdict(list)
        self._totals: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0, 0.0])
        self._values: deque[float] = deque(maxlen=VALUES_SAMPLED)
        self._online: dict[tuple[str, date], bool] = {}
        self.responses: dict[str, deque[tuple[str, float]]] = defaultdict(lambda: deque(maxlen=RESPONSES_KEPT))

    def join(self, worker: Worker) -> None:
        """A vendor is verified and can be offered work from now on."""
        standing = self.standings[worker.vendor_id] = Standing(worker)
        for service in worker.facts.services:
            self._by_service[service].append(standing)

    def note_value(self, value: float | None) -> None:
        """Remembers what a job is worth."""
        if value is not None:
            self._values.append(value)

    def count(self, vendor_id: str, service: str, now: datetime, change: Callable[[Record], Record]) -> None:
        """Fades a vendor's counters to now and applies a change; the service's totals follow."""
        records = self.standings[vendor_id].records
        before = records.get(service) or Record(last=now)
        after = records[service] = change(self._faded(before, now))
        for index, name in enumerate(("n", "s", "offers", "accepts")):
            self._totals[service][index] += getattr(after, name) - getattr(before, name)

    def market(self, service: str, now: datetime) -> Market:
        """The tenant's history for a service."""
        vendors = self._by_service[service]
        outcomes, success, offers, accepts = self._totals[service]
        values = sorted(self._values)
        accepted = sum(_recent(standing.shares[service], now - SHARE_WINDOW) for standing in vendors)
        return Market(
            outcomes=outcomes,
            success=success,
            offers=offers,
            accepts=accepts,
            fair_share=accepted / len(vendors) if vendors else 0.0,
            high_value=values[int(0.9 * (len(values) - 1))] if len(values) >= FEWEST_VALUES else None,
        )

    def around(self, service: str, lat: float, lng: float, km: float) -> Iterator[Standing]:
        """Vendors of a service whose area's centre lies within the box around a place."""
        box = bounding_box(lat, lng, km)
        for standing in self._by_service[service]:
            if box.contains(standing.worker.facts.lat, standing.worker.facts.lng):
                yield standing

    def facts(self, standing: Standing, service: str, now: datetime) -> VendorFacts:
        """A vendor as a selection sees him, apart from what belongs to the order."""
        worker = standing.worker
        record = self._faded(standing.records.get(service) or Record(last=now), now)
        online = self.online(worker, now)
        return msgspec.structs.replace(
            worker.facts,
            is_online=online,
            last_seen_at=now if online else None,
            open_jobs=standing.open_jobs,
            accepted_today=standing.accepted_on[_day(worker, now)],
            outstanding=len(standing.outstanding),
            outstanding_p=sum(standing.outstanding.values()),
            rating=round(sum(standing.stars) / len(standing.stars), 2) if standing.stars else None,
            rating_count=len(standing.stars),
            backoff_until=record.backoff_until,
            n=record.n,
            s=record.s,
            offers=record.offers,
            answers=record.answers,
            accepts=record.accepts,
            sum_log_rt=record.sum_log_rt,
            daypart_offers=record.daypart_offers,
            daypart_accepts=record.daypart_accepts,
            share_30d=_recent(standing.shares[service], now - SHARE_WINDOW),
            last_offered_at=standing.last_offered.get(service),
        )

    def online(self, worker: Worker, now: datetime) -> bool:
        """Whether a vendor has the app open: inside the hours, on the days it pleases him."""
        if not is_open(worker.facts.working_hours, worker.facts.timezone, now):
            return False
        key = worker.vendor_id, _day(worker, now)
        if key not in self._online:
            self._online[key] = Chance(self.seed, "online", *key).happens(worker.nature.online_share)
        return self._online[key]

    def took(self, standing: Standing, service: str, now: datetime) -> None:
        """A vendor accepted a job."""
        standing.open_jobs += 1
        standing.accepted_on[_day(standing.worker, now)] += 1
        standing.shares[service].append(now)

    def declined(self, standing: Standing, now: datetime, lat: float, lng: float) -> None:
        """A vendor declined a job somewhere."""
        standing.declines.append((now, lat, lng))
        while standing.declines and standing.declines[0][0] < now - DECLINES_KEPT:
            standing.declines.popleft()

    def _faded(self, record: Record, now: datetime) -> Record:
        return decayed(
            record,
            now,
            quality_half_life_d=self.knobs.quality_half_life_d,
            response_half_life_d=self.knobs.response_half_life_d,
        )


def _recent(moments: deque[datetime], since: datetime) -> int:
    while moments and moments[0] <= since:
        moments.popleft()
    return len(moments)


def _day(worker: Worker, now: datetime) -> date:
    return now.astimezone(zone(worker.facts.timezone)).date()
