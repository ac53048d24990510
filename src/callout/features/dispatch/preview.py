"""Ranks vendors for a job nobody has ordered yet: what would happen, without anything happening."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.dispatch import candidate_store
from callout.features.dispatch.errors import NoCandidates
from callout.features.dispatch.explain import explain
from callout.features.dispatch.facts import Case
from callout.features.dispatch.gathering import criteria_of
from callout.features.dispatch.policies import active_policy, policy_version
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.schemas import RankInput
from callout.features.dispatch.selection import Decision, decide
from callout.features.dispatch.tables import DispatchRun
from callout.features.dispatch.views import rounded_figures
from callout.features.dispatch.waves import offer_ttl, p80_response
from callout.features.dispatch.widening import widened
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.geo import Point

NOBODYS = UUID(int=0)
WAVES_SHOWN = 10
FALLBACKS = 2


async def rank(work: Work, wish: RankInput, place: Point) -> dict[str, Any]:
    """The decision and the waves that would follow from it if nobody accepted.

    Raises:
        NoCandidates: nobody fits and the wish requires somebody.
    """
    policy = await (active_policy(work) if wish.policy_version is None else policy_version(work, wish.policy_version))
    order, run = _imagined(wish, place)
    criteria = await criteria_of(work, order, run)
    if wish.max_vendors is not None:
        criteria = msgspec.structs.replace(criteria, max_vendors_to_notify=wish.max_vendors)
    case, decision = await widened(work, order, run, criteria, policy)
    if wish.require and not decision.included:
        raise NoCandidates
    return await _answer(work, case, decision, policy)


async def _answer(work: Work, case: Case, decision: Decision, policy: Policy) -> dict[str, Any]:
    answers = await candidate_store.response_minutes(work, case.job.service, work.now - candidate_store.SHARE_WINDOW)
    p80 = p80_response([], [minutes for _, minutes in answers], decision.policy_class)
    ttl_s = int(offer_ttl(p80, decision.policy_class, policy.knobs).total_seconds())
    rows = decision.rows()
    names = {vendor.vendor_id: vendor.name for vendor in case.vendors}
    weights = policy.weights[decision.policy_class]
    waves = [
        {"k": len(wave), "target": target, "vendor_ids": wave, "ttl_s": ttl_s}
        for wave, target in waves_ahead(case, policy)
    ]
    chosen = {row.vendor_id for row in decision.chosen}
    return {
        "candidates": rounded_figures(rows),
        "waves": waves,
        "policy_class": decision.policy_class,
        "policy_version": policy.version,
        "ring": case.ring,
        "relaxed": list(decision.relaxed),
        "fallbacks": [row.vendor_id for row in decision.included if row.vendor_id not in chosen][:FALLBACKS],
        "explanation": explain(rows, weights, policy.knobs.rank_exponent, names).text,
    }


def waves_ahead(case: Case, policy: Policy) -> Sequence[tuple[list[str], float | None]]:
    """The waves of this ring as they would follow one another if everybody declined: (vendors, target) of each."""
    found: list[tuple[list[str], float | None]] = []
    rest = case
    while len(found) < WAVES_SHOWN:
        decision = decide(rest, policy)
        wave = [row.vendor_id for row in decision.chosen]
        if not wave:
            break
        found.append((wave, decision.plan.target))
        left = tuple(vendor for vendor in rest.vendors if vendor.vendor_id not in wave)
        rest = msgspec.structs.replace(rest, vendors=left, wave=rest.wave + 1)
    return found


def _imagined(wish: RankInput, place: Point) -> tuple[Order, DispatchRun]:
    order = Order(
        id=NOBODYS,
        service_type=wish.service_type,
        priority=wish.priority,
        customer_lat=place.lat,
        customer_lng=place.lng,
        estimated_value=wish.estimated_value,
        scheduled_start=wish.scheduled_start,
        scheduled_end=wish.scheduled_end,
        schedule_source="operator" if wish.scheduled_start else "default",
        required_skills=list(wish.required_skills),
        special_requirements=[],
        contact_id=wish.contact_id,
        preferred_vendor_ids=[str(vendor) for vendor in wish.preferred_vendor_ids],
        excluded_vendor_ids=[str(vendor) for vendor in wish.excluded_vendor_ids],
    )
    criteria = wish.criteria.as_json() if wish.criteria else None
    return order, DispatchRun(order_id=NOBODYS, number=1, considers_from=1, criteria=criteria, named=[], wave=0, ring=0)
