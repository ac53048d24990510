"""The list of vendors as dispatch sees them: how far, how loaded, and what would speak against them."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.accounts.tenant_store import own_tenant
from callout.features.dispatch.candidates import examine, schedule_window
from callout.features.dispatch.facts import Case, VendorFacts
from callout.features.dispatch.gathering import case_of, criteria_of
from callout.features.dispatch.policies import active_policy
from callout.features.dispatch.schemas import CandidateQuery
from callout.features.dispatch.scoring import features_of
from callout.features.dispatch.tables import DispatchRun
from callout.features.dispatch.views import rounded_figures
from callout.features.orders.tables import Order
from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

NOBODYS = UUID(int=0)
UNPLACED = frozenset({"out_of_area"})
UNASKED = frozenset({"wrong_service"})


async def look_around(work: Work, query: CandidateQuery) -> list[dict[str, Any]]:
    """VendorCandidate of every vendor that matches the query, in its order.

    Raises:
        Unprocessable: only one of `lat` and `lng` is given.
    """
    if (query.lat is None) != (query.lng is None):
        raise Unprocessable.at("lat" if query.lat is None else "lng", "give both lat and lng, or neither")
    case, policy = await _case(work, query)
    window = schedule_window(case.job, work.now)
    passed = (UNPLACED if query.lat is None else frozenset()) | (frozenset() if query.service_type else UNASKED)
    rows = []
    for vendor in case.vendors:
        finding = examine(vendor, case, policy.knobs, window)
        if query.lat is not None and finding.centre_km > query.radius_km:
            continue
        if query.status and vendor.status not in query.status:
            continue
        if query.is_online is not None and vendor.is_online != query.is_online:
            continue
        if query.service_type and query.service_type not in vendor.services:
            continue
        codes = [code for code in finding.reason_codes if code not in passed]
        rows.append(
            {
                "vendor": _card(vendor),
                "distance_km": round(finding.distance_km, 3) if query.lat is not None else None,
                "eligible": not codes,
                "reason_codes": codes,
                "features": rounded_figures(features_of(finding, case, policy)),
                "rating": vendor.rating,
                "rating_count": vendor.rating_count,
                "open_jobs": vendor.open_jobs,
            }
        )
    return _ordered(rows, query)


async def _case(work: Work, query: CandidateQuery) -> tuple[Case, Any]:
    policy = await active_policy(work)
    ids = (await work.session.execute(select(Vendor.id).where(Vendor.tenant_id == work.tenant_id))).scalars()
    run = DispatchRun(
        order_id=NOBODYS,
        number=1,
        considers_from=1,
        mode="manual",
        named=[str(vendor_id) for vendor_id in ids],
        criteria=None,
        wave=0,
        ring=0,
    )
    tenant = await own_tenant(work)
    order = Order(
        id=NOBODYS,
        service_type=query.service_type or "",
        priority="medium",
        customer_lat=query.lat if query.lat is not None else tenant.base_lat,
        customer_lng=query.lng if query.lng is not None else tenant.base_lng,
        scheduled_start=query.available_at or work.now,
        scheduled_end=None,
        schedule_source="operator" if query.available_at else "default",
        required_skills=[],
        special_requirements=[],
        preferred_vendor_ids=[],
        excluded_vendor_ids=[],
    )
    criteria = msgspec.structs.replace(await criteria_of(work, order, run), max_radius_km=200.0)
    case = await case_of(work, order, run, criteria, policy.knobs, ring=0, ring_km=query.radius_km, last_ring=True)
    return case, policy


def _card(vendor: VendorFacts) -> dict[str, Any]:
    return {
        "id": vendor.vendor_id,
        "name": vendor.name,
        "status": vendor.status,
        "services": list(vendor.services),
        "is_online": vendor.is_online,
    }


def _ordered(rows: list[dict[str, Any]], query: CandidateQuery) -> list[dict[str, Any]]:
    keys: dict[str, Any] = {
        "distance_km": lambda row: row["distance_km"] if row["distance_km"] is not None else 0.0,
        "rating": lambda row: row["rating"] if row["rating"] is not None else 0.0,
        "name": lambda row: row["vendor"]["name"].casefold(),
    }
    rows.sort(key=lambda row: row["vendor"]["id"])
    for name, down in reversed(query.order()):
        rows.sort(key=keys[name], reverse=down)
    return rows
