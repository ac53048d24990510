"""Builders of plain facts: a job in Springfield and vendors around it, at a fixed moment."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from callout.features.dispatch.facts import Case, Criteria, Job, Market, VendorFacts

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SPRINGFIELD = (39.7990, -89.6440)
KM_NORTH = 1 / 111.1949266  # degrees of latitude per km


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


def make_job(**changes: Any) -> Job:
    values = {
        "order_id": "order-1",
        "service": "cleaning",
        "lat": SPRINGFIELD[0],
        "lng": SPRINGFIELD[1],
    }
    return Job(**(values | changes))


def make_vendor(vendor_id: str = "v1", km: float = 4.0, **changes: Any) -> VendorFacts:
    values = {
        "vendor_id": vendor_id,
        "name": vendor_id.upper(),
        "services": ("cleaning",),
        "lat": SPRINGFIELD[0] + km * KM_NORTH,
        "lng": SPRINGFIELD[1],
        "radius_km": 25.0,
    }
    return VendorFacts(**(values | changes))


def make_case(*vendors: VendorFacts, **changes: Any) -> Case:
    job = make_job(**changes.pop("job", {}))
    criteria = Criteria(**changes.pop("criteria", {}))
    market = Market(**changes.pop("market", {}))
    values = {"now": NOW, "seed": 81}
    return Case(job=job, criteria=criteria, market=market, vendors=vendors, **(values | changes))


@pytest.fixture(scope="session")
def job() -> Callable[..., Job]:
    return make_job


@pytest.fixture(scope="session")
def vendor() -> Callable[..., VendorFacts]:
    return make_vendor


@pytest.fixture(scope="session")
def case() -> Callable[..., Case]:
    return make_case
