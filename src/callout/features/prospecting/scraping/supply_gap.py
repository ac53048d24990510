"""Demand nobody could serve becomes a suggestion to look for businesses that could."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from callout.features.prospecting import store
from callout.features.prospecting.folding import folded
from callout.features.prospecting.scraping.errors import AlreadyDecided
from callout.features.prospecting.scraping.jobs import create_job, survey
from callout.features.prospecting.scraping.ports import Scraping
from callout.features.prospecting.scraping.schemas import GapAcceptance, NewJob
from callout.features.prospecting.scraping.supply_words import who_offers
from callout.features.prospecting.scraping.tables import SupplyGap, UnfilledOrder
from callout.features.prospecting.tables import ScrapeJob
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

SUGGESTED_AGAIN_AFTER = 3
"""Further unfilled orders after which a gap that was decided upon is suggested again."""
AROUND_KM = 15
"""The radius of the proposed search where only a point is known."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a service was wanted; coordinates in degrees WGS 84."""

    country: str
    state: str | None = None
    city: str | None = None
    locality: str | None = None
    lat: float | None = None
    lng: float | None = None

    @property
    def key(self) -> str:
        """The same for all ways to write the same town; without a town, the same for points some 10 km apart."""
        names = [folded(part or "") for part in (self.country, self.state, self.city)]
        if not self.city and self.lat is not None and self.lng is not None:
            names.append(f"{self.lat:.1f},{self.lng:.1f}")
        return "|".join(names)


async def note_unfilled(work: Work, order_id: UUID, service: str, place: Place) -> SupplyGap:
    """Counts an order that found nobody towards the gap of its service and place; each order counts once.

    A first order makes a suggestion. A gap that was accepted or dismissed is suggested again after
    `SUGGESTED_AGAIN_AFTER` further ones.

    Args:
        work: the transaction in which the order was given up.
        order_id: the order.
        service: canonical code of the service.
        place: where it was wanted.
    """
    gap = await _gap(work, service, place)
    counted = insert(UnfilledOrder).values(
        id=uuid7(), tenant_id=work.tenant_id, order_id=order_id, gap_id=gap.id,
        created_at=work.now, updated_at=work.now, created_by_role=work.principal.role,
    )  # fmt: skip
    once = counted.on_conflict_do_nothing().returning(UnfilledOrder.id)
    if (await work.session.execute(once)).scalar_one_or_none() is None:
        return gap
    gap.unfilled += 1
    gap.since_decision += 1
    gap.last_at = work.now
    if gap.status != "suggested" and gap.since_decision >= SUGGESTED_AGAIN_AFTER:
        gap.status, gap.decided_at, gap.job_id, gap.since_decision = "suggested", None, None, 0
    await work.session.flush()
    return gap


async def accept(work: Work, gap_id: UUID, choice: GapAcceptance, scraping: Scraping) -> tuple[SupplyGap, ScrapeJob]:
    """Turns a suggestion into a scrape job for those who offer the service.

    Raises:
        AlreadyDecided: it was accepted or dismissed.
        Problem: as `jobs.survey` and `jobs.create_job`.
    """
    gap = await store.fetch(work, SupplyGap, gap_id)
    _is_open(gap)
    order = await survey(await proposal(work, gap, choice, scraping), scraping.geocoder)
    gap = await store.fetch(work, SupplyGap, gap_id, lock=True)
    _is_open(gap)
    job = await create_job(work, order, scraping)
    gap.status, gap.decided_at, gap.job_id, gap.since_decision = "accepted", work.now, job.id, 0
    await work.session.flush()
    return gap, job


async def dismiss(work: Work, gap_id: UUID) -> SupplyGap:
    """Puts a suggestion aside; repeating changes nothing.

    Raises:
        AlreadyDecided: it became a job.
    """
    gap = await store.fetch(work, SupplyGap, gap_id, lock=True)
    if gap.status == "accepted":
        raise AlreadyDecided
    if gap.status == "suggested":
        gap.status, gap.decided_at, gap.since_decision = "dismissed", work.now, 0
        await work.session.flush()
    return gap


async def proposal(work: Work, gap: SupplyGap, choice: GapAcceptance, scraping: Scraping) -> NewJob:
    """The job a gap suggests: who offers the service, where it was wanted."""
    fields: dict[str, Any] = {
        "provider": choice.provider or await _provider(work, scraping),
        "name": f"Supply of {gap.service} in {gap.city or gap.state or gap.country}"[:120],
        "country": gap.country,
        "business_types": choice.business_types or who_offers(gap.service),
        "max_results": choice.max_results,
        "target_list_id": choice.target_list_id,
        "radius_km": choice.radius_km,
        "purpose_tag": "supply",
    }
    if gap.city:
        fields |= {"state": gap.state, "city": gap.city}
    elif gap.lat is not None and gap.lng is not None:
        fields |= {"center": {"lat": gap.lat, "lng": gap.lng}, "radius_km": choice.radius_km or AROUND_KM}
    else:
        fields |= {"state": gap.state}
    return NewJob.model_validate(fields)


async def _provider(work: Work, scraping: Scraping) -> str:
    best = await scraping.api_configs.access.best_of(work, "places")
    return best.provider if best is not None else "serpapi"


async def _gap(work: Work, service: str, place: Place) -> SupplyGap:
    row = insert(SupplyGap).values(
        id=uuid7(), tenant_id=work.tenant_id, service=service[:40], place_key=place.key[:260], country=place.country,
        state=place.state, city=place.city, locality=place.locality, lat=place.lat, lng=place.lng, last_at=work.now,
        created_at=work.now, updated_at=work.now, created_by_role=work.principal.role,
    )  # fmt: skip
    await work.session.execute(row.on_conflict_do_nothing())
    query = select(SupplyGap).where(
        SupplyGap.tenant_id == work.tenant_id, SupplyGap.service == service[:40], SupplyGap.place_key == place.key[:260]
    )
    return (await work.session.execute(query.with_for_update().execution_options(populate_existing=True))).scalar_one()


def _is_open(gap: SupplyGap) -> None:
    if gap.status != "suggested":
        raise AlreadyDecided
