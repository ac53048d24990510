"""Whose key is used, and what is missing."""

from datetime import timedelta
from typing import Any

import pytest

from callout.features.api_configs.credential import Default
from callout.features.api_configs.errors import ApiKeysRequired
from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.api_configs.store import find_config
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from tests.features.api_configs.conftest import CONFIGS

REGISTRY = ProviderRegistry.of(PROVIDERS)
ALL = frozenset(REGISTRY.specs)
OWN = "0123456789abcdef"
SETUP = "https://callout.test/keys"


def access_of(business: Any, *, simulation: str = "auto", **defaults: Default) -> ProviderAccess:
    rehearsal = Rehearsal(is_allowed=simulation != "never", is_forced=simulation == "always", providers=ALL)
    return ProviderAccess(
        REGISTRY,
        business.system.accounts.sealer,
        rehearsal,
        defaults=defaults,
        simulators_url="http://sandbox.test",
        setup_url=SETUP,
    )


async def store(business: Any, provider: str, api_key: str = OWN, **more: Any) -> None:
    body = {"provider": provider, "credentials": {"api_key": api_key}, "validate": False, **more}
    answer = await business.owner.post(CONFIGS, json=body)
    assert answer.status_code in {200, 201}, answer.text


INSTALLED = Default(values={"api_key": "fedcba9876543210"})


@pytest.mark.parametrize(
    ("simulation", "own", "installed", "source"),
    [
        ("auto", True, True, "tenant"),
        ("auto", False, True, "installation"),
        ("auto", False, False, "simulator"),
        ("never", False, False, None),
        ("never", True, False, "tenant"),
        ("always", True, True, "simulator"),
    ],
)
async def test_own_keys_come_first_then_the_installations_then_simulators(
    business: Any, simulation: str, own: bool, installed: bool, source: str | None
) -> None:
    if own:
        await store(business, "serpapi")
    access = access_of(business, simulation=simulation, **({"serpapi": INSTALLED} if installed else {}))
    async with business.work() as work:
        key = await access.credential_of(work, "serpapi")
    assert (key.source if key else None) == source
    if key is None:
        return
    assert key.mode == ("sandbox" if source == "simulator" else "live")
    assert key.base_url == ("http://sandbox.test/serpapi" if source == "simulator" else "https://serpapi.com")
    assert OWN not in repr(key) + key.key_id
    assert (key.values["api_key"] == OWN) == (source == "tenant")


async def test_a_key_that_was_switched_off_gives_way_to_the_installations_but_never_to_a_simulator(
    business: Any,
) -> None:
    await store(business, "serpapi", is_active=False)
    async with business.work() as work:
        assert await access_of(business).credential_of(work, "serpapi") is None
        key = await access_of(business, serpapi=INSTALLED).credential_of(work, "serpapi")
    assert key is not None
    assert key.source == "installation"


async def test_a_refused_key_is_marked_and_comes_last(business: Any) -> None:
    await store(business, "serpapi", priority=1)
    await store(business, "google_maps", "AIza0123456789", priority=50)
    access = access_of(business, simulation="never")
    async with business.work() as work:
        best = await access.best_of(work, "places")
        assert best is not None
        assert best.provider == "serpapi"
        await business.system.api_configs.note_refused(work, "serpapi")
    async with business.work() as work:
        refused = await access.credential_of(work, "serpapi")
        best = await access.best_of(work, "places")
        assert refused is not None
        assert best is not None
        assert (refused.is_refused, best.provider) == (True, "google_maps")
        with pytest.raises(ApiKeysRequired):
            await access.require_provider(work, "serpapi")
        assert (await access.require_feature(work, "data-scraper")).ready


async def test_what_is_missing_is_named_with_where_to_add_it(business: Any) -> None:
    access = access_of(business, simulation="never")
    async with business.work() as work:
        with pytest.raises(ApiKeysRequired) as caught:
            await access.require_feature(work, "data-scraper")
    refusal = caught.value
    assert (refusal.status, refusal.code) == (403, "API_KEYS_REQUIRED")
    assert refusal.members == {"missing_providers": ["serpapi"], "setup_url": SETUP}
    assert "SerpAPI" in refusal.detail
    async with business.work() as work:
        found = await access_of(business).require_feature(work, "data-scraper")
    assert (found.ready, found.sandbox_in_use) == (True, True)


async def test_a_change_counts_at_once_in_every_process(business: Any, database: Database) -> None:
    here, there = access_of(business, simulation="never"), access_of(business, simulation="never")
    await store(business, "serpapi")
    for access in (here, there):
        async with database.transaction(Principal.system(business.tenant_id)) as work:
            assert (await access.require_feature(work, "data-scraper")).ready
    await business.owner.delete(f"{CONFIGS}/serpapi")
    for access in (here, there):
        async with database.transaction(Principal.system(business.tenant_id)) as work:
            with pytest.raises(ApiKeysRequired):
                await access.require_feature(work, "data-scraper")


async def test_another_tenants_key_is_nobodys_business(business: Any, other_business: Any) -> None:
    await store(business, "serpapi")
    access = access_of(business, simulation="never")
    async with other_business.work() as work:
        assert await access.credential_of(work, "serpapi") is None


async def test_a_check_holds_for_a_day(business: Any, clock: Any, providers: Any) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    assert (await business.owner.get(f"{CONFIGS}/openai")).json()["status"] == "active"
    clock.advance(timedelta(hours=25))
    async with business.work() as work:
        status = business.system.api_configs.access.status(work, "openai", await find_config(work, "openai"))
    assert status == "needs_validation"
