"""One job of a rehearsal: its offers so far, and the next wave as the product would choose it."""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from callout.features.dispatch.facts import Case, Criteria, VendorFacts
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.rings import ring_radii
from callout.features.dispatch.scoring import seed_of
from callout.features.dispatch.selection import Candidate, Decision
from callout.features.dispatch.simulation.demand import Wish
from callout.features.dispatch.simulation.ledger import Ledger, Standing
from callout.features.dispatch.simulation.strategies import Strategy
from callout.features.dispatch.waves import expiry, offer_ttl, p80_response
from callout.kit.geo import haversine_km


class Proposal(msgspec.Struct):
    """An offer of the rehearsal; `status` moves as in the product."""

    number: int
    search: "Search"
    vendor: VendorFacts
    sent_at: datetime
    expires_at: datetime
    ttl: timedelta
    row: Candidate
    status: str = "pending"

    @property
    def vendor_id(self) -> str:
        return self.vendor.vendor_id


class Search(msgspec.Struct):
    """A job and everything that happened while somebody was sought for it."""

    wish: Wish
    status: str = "new"
    run: int = 0
    wave: int = 0
    ring: int = 0
    deadline: datetime | None = None
    offers: list[Proposal] = []
    asked: dict[str, list[Proposal]] = {}
    run_of: dict[int, int] = {}
    first_dispatched: datetime | None = None
    assigned_at: datetime | None = None
    winner: Proposal | None = None
    late_yes: int = 0
    asked_first: str | None = None

    @property
    def pending(self) -> list[Proposal]:
        """Offers that wait for an answer."""
        return [offer for offer in self.offers if offer.status == "pending"]


class Chosen(NamedTuple):
    """A wave that was decided but not sent."""

    case: Case
    decision: Decision
    ttl: timedelta


def choose(
    search: Search, ledger: Ledger, now: datetime, *, strategy: Strategy, policy: Policy, criteria: Criteria
) -> Chosen:
    """Decides whom to ask next; rings widen while too few are left in them, as `send_wave` does it."""
    radii = ring_radii(criteria.radius_km, criteria.max_radius_km, policy.knobs.ring_factors)
    for ring in range(min(search.ring, len(radii) - 1), len(radii)):
        is_last = ring == len(radii) - 1
        case = case_of(search, ledger, criteria, now, ring=ring, ring_km=radii[ring], last_ring=is_last)
        decision = strategy.choose(case, policy)
        if is_last or len(decision.included) >= policy.knobs.min_pool:
            break
    answers = ledger.responses[search.wish.job.service]
    chosen = {row.vendor_id for row in decision.chosen}
    p80 = p80_response(
        [minutes for vendor, minutes in answers if vendor in chosen],
        [minutes for _, minutes in answers],
        decision.policy_class,
    )
    return Chosen(case, decision, offer_ttl(p80, decision.policy_class, policy.knobs))


def case_of(
    search: Search, ledger: Ledger, criteria: Criteria, now: datetime, *, ring: int, ring_km: float, last_ring: bool
) -> Case:
    """The case of one ring of a search."""
    job = search.wish.job
    vendors = tuple(
        _facts(search, ledger, standing, now) for standing in ledger.around(job.service, job.lat, job.lng, ring_km)
    )
    return Case(
        job=job,
        criteria=criteria,
        market=ledger.market(job.service, now),
        vendors=vendors,
        now=now,
        seed=seed_of(job.order_id),
        wave=search.wave + 1,
        ring=ring,
        ring_km=ring_km,
        last_ring=last_ring,
        outstanding=len(search.pending),
    )


def proposals(search: Search, chosen: Chosen, number: int) -> list[Proposal]:
    """The offers of a decided wave, numbered from `number`."""
    case, decision = chosen.case, chosen.decision
    vendors = {vendor.vendor_id: vendor for vendor in case.vendors}
    deadline = search.deadline or case.now
    made = []
    for index, row in enumerate(decision.chosen):
        vendor = vendors[row.vendor_id]
        ends = expiry(
            case.now, chosen.ttl, deadline, decision.policy_class, hours=vendor.working_hours, tz=vendor.timezone
        )
        made.append(Proposal(number + index, search, vendor, case.now, ends, chosen.ttl, row))
    return made


def _facts(search: Search, ledger: Ledger, standing: Standing, now: datetime) -> VendorFacts:
    job = search.wish.job
    plain = ledger.facts(standing, job.service, now)
    mine = search.asked.get(plain.vendor_id, ())
    declines = tuple((at, haversine_km(lat, lng, job.lat, job.lng)) for at, lat, lng in standing.declines)
    if not mine and not declines:
        return plain
    silent = [offer for offer in mine if offer.status == "expired"]
    return msgspec.structs.replace(
        plain,
        refused=any(offer.status == "declined" for offer in mine),
        asked=any(offer.status == "pending" for offer in mine),
        silences=len(silent),
        recent_silences=sum(search.run_of[offer.number] == search.run for offer in silent),
        nearby_declines=declines,
    )
