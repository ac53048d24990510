"""What adapters ask of providers is counted, and a key that is refused in use is marked."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.recording import UsageRecorder
from callout.features.api_configs.shapes import AddressRules
from callout.features.notifications.ports import Mail, Reauthenticate
from callout.features.prospecting.ports import KeyRefused, PlacesQuery
from callout.run.bindings import TenantMailers
from callout.run.metering import Metering
from callout.run.outbound import Outbound
from callout.run.places import TenantPlaces
from tests.features.api_configs.conftest import CONFIGS, Providers


@pytest.fixture
async def outbound(address_rules: AddressRules) -> AsyncIterator[Outbound]:
    made = Outbound(httpx.AsyncClient(), address_rules, user_agent="tests")
    yield made
    await made.aclose()


@pytest.fixture
async def metering(business: Any) -> AsyncIterator[Metering]:
    database = business.system.database
    recorder = UsageRecorder(database, linger_s=60)
    yield Metering(recorder, business.system.api_configs, database)
    await recorder.close()


async def store(business: Any, providers: Providers, provider: str, api_key: str) -> None:
    options = {"base_url": f"{providers.url}/{provider}"}
    body = {"provider": provider, "credentials": {"api_key": api_key}, "options": options, "validate": False}
    answer = await business.owner.post(CONFIGS, json=body)
    assert answer.status_code in {200, 201}, answer.text


async def usage(business: Any, metering: Metering) -> list[dict[str, Any]]:
    await metering.recorder.flush()
    rows: list[dict[str, Any]] = (await business.owner.get(f"{CONFIGS}/usage")).json()
    return rows


def mail(business: Any) -> Mail:
    return Mail(
        message_id=uuid4(), tenant_id=business.tenant_id, to_email="nora@example.com", to_name="Nora",
        from_email="us@example.com", from_name="Us", reply_to=None, subject="Hello", text="Hello",
    )  # fmt: skip


async def test_mail_is_counted_and_a_refused_key_is_marked(
    business: Any, providers: Providers, outbound: Outbound, metering: Metering
) -> None:
    mailers = TenantMailers(business.system.api_configs.access, outbound, metering, sender="us@example.com")
    await store(business, providers, "sendgrid", "SG.0123456789")
    async with business.work() as work:
        mailer = await mailers.mailer_of(work)
    assert mailer is not None
    assert (mailer.provider, mailer.sender) == ("sendgrid", "us@example.com")
    assert await mailer.send(mail(business))
    await store(business, providers, "sendgrid", "no-key-of-theirs")
    async with business.work() as work:
        refused = await mailers.mailer_of(work)
    assert refused is not None
    with pytest.raises(Reauthenticate):
        await refused.send(mail(business))
    (row,) = await usage(business, metering)
    assert (row["requests"], row["errors"], row["units"]) == (2, 1, 2)
    shown = (await business.owner.get(f"{CONFIGS}/sendgrid")).json()
    assert (shown["status"], shown["usage_count"]) == ("invalid", 2)
    assert "401" in shown["last_error"]


async def test_a_refusal_of_a_key_that_was_replaced_marks_nothing(
    business: Any, providers: Providers, outbound: Outbound, metering: Metering
) -> None:
    mailers = TenantMailers(business.system.api_configs.access, outbound, metering, sender="us@example.com")
    await store(business, providers, "sendgrid", "no-key-of-theirs")
    async with business.work() as work:
        mailer = await mailers.mailer_of(work)
    assert mailer is not None
    await store(business, providers, "sendgrid", "SG.0123456789")
    with pytest.raises(Reauthenticate):
        await mailer.send(mail(business))
    assert (await business.owner.get(f"{CONFIGS}/sendgrid")).json()["status"] == "needs_validation"


async def test_searches_are_counted_with_what_they_cost(
    business: Any, providers: Providers, outbound: Outbound, metering: Metering
) -> None:
    sources = TenantPlaces(business.system.api_configs.access, outbound, metering, timeout_s=10)
    await store(business, providers, "serpapi", "sandbox-0123456789")
    async with business.work() as work:
        chosen = await sources.source_of(work, "serpapi")
        assert await sources.source_of(work, "openai") is None
    assert chosen is not None
    assert (chosen.mode, "sandbox" in chosen.key_id) == ("live", False)
    page = await chosen.source.search(PlacesQuery(text="hotel in Austin, Texas", country="US"))
    assert page.drafts
    await store(business, providers, "serpapi", "unknown-0123456789")
    async with business.work() as work:
        refused = await sources.source_of(work, "serpapi")
    assert refused is not None
    with pytest.raises(KeyRefused):
        await refused.source.search(PlacesQuery(text="hotel in Austin, Texas", country="US"))
    (row,) = await usage(business, metering)
    assert (row["requests"], row["errors"], row["units"]) == (2, 1, 1)
    assert Decimal(row["cost"]) == page.cost
    assert (await business.owner.get(f"{CONFIGS}/serpapi")).json()["status"] == "invalid"


def test_every_source_of_places_is_a_provider() -> None:
    assert {"serpapi", "google_maps"} <= {spec.provider for spec in PROVIDERS if "places" in spec.capabilities}
