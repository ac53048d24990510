"""Keys are proved by the provider's own call: refused ones are not stored, trouble of the network refuses nothing."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from callout.features.accounts.tables import AuditEntry
from callout.kit.events.tables import StoredEvent
from tests.features.api_configs.conftest import BAD, CONFIGS, GOOD, Providers


async def events_of(business: Any) -> list[tuple[str, Any]]:
    async with business.work() as work:
        query = select(StoredEvent.type, StoredEvent.data).where(StoredEvent.type.startswith("provider."))
        rows = await work.session.execute(query.where(StoredEvent.tenant_id == business.tenant_id))
        return [(kind, data) for kind, data in rows.all()]


async def test_a_key_the_provider_accepts_is_active_at_once(business: Any, providers: Providers) -> None:
    stored = await business.owner.post(CONFIGS, json=providers.body())
    assert stored.status_code == 201, stored.text
    body = stored.json()
    assert (body["status"], body["mode"], body["source"], body["last_error"]) == ("active", "live", "tenant", None)
    assert body["validation"]["details"] == {"models": 5}
    assert body["last_validated_at"]
    assert await events_of(business) == [("provider.validated", {"provider": "openai", "warning": None})]


async def test_a_key_the_provider_refuses_is_not_stored(business: Any, providers: Providers) -> None:
    refused = await business.owner.post(CONFIGS, json=providers.body(BAD))
    body = refused.json()
    assert (refused.status_code, body["code"], body["valid"]) == (422, "validation_failed", False)
    assert "Create a new key" in body["detail"]
    assert BAD not in refused.text
    shown = (await business.owner.get(f"{CONFIGS}/openai")).json()
    assert (shown["status"], shown["has_secret"]) == ("not_configured", False)
    async with business.work() as work:
        query = select(AuditEntry.after).where(AuditEntry.action == "provider_config.validate")
        tried = list(await work.session.scalars(query.where(AuditEntry.tenant_id == business.tenant_id)))
    assert tried == [{"provider": "openai", "outcome": "refused"}]


async def test_a_refused_key_leaves_the_stored_one_in_force(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    for attempt in (
        business.owner.post(CONFIGS, json=providers.body(BAD)),
        business.owner.patch(f"{CONFIGS}/openai", json={"credentials": {"api_key": BAD}}),
    ):
        assert (await attempt).status_code == 422
    shown = (await business.owner.get(f"{CONFIGS}/openai")).json()
    assert (shown["status"], shown["secret_tail"]) == ("active", GOOD[-4:])


@pytest.mark.parametrize("fault", ["500", "429", "delay:3", "truncated", "garbage", None])
async def test_trouble_on_the_way_refuses_nothing(business: Any, providers: Providers, fault: str | None) -> None:
    body = providers.body()
    if fault is None:
        body["options"]["base_url"] = f"{providers.closed_url}/openai"
    else:
        await providers.arrange(fault)
    stored = await business.owner.post(CONFIGS, json=body)
    assert stored.status_code == 201, stored.text
    shown = stored.json()
    assert (shown["status"], shown["validation"]) == ("needs_validation", None)
    assert shown["last_error"]
    assert await events_of(business) == []


async def test_unasked_nobody_is_asked(business: Any, providers: Providers) -> None:
    stored = await business.owner.post(CONFIGS, json=providers.body(BAD, validate=False))
    assert (stored.status_code, stored.json()["status"], stored.json()["last_error"]) == (201, "needs_validation", None)


async def test_the_stored_key_is_asked_about_again(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    url = f"{CONFIGS}/openai/validate"
    good = await business.owner.post(url)
    assert (good.status_code, good.json()["valid"], good.json()["status"], good.json()["stored"]) == (
        200, True, "active", True,
    )  # fmt: skip
    await providers.arrange("401")
    bad = (await business.owner.post(url)).json()
    assert (bad["valid"], bad["status"], bad["validation"]) == (False, "invalid", None)
    assert "does not accept" in bad["detail"]
    assert [kind for kind, _ in await events_of(business)] == [
        "provider.validated", "provider.validated", "provider.failed",
    ]  # fmt: skip


@pytest.mark.parametrize(("fault", "status"), [("503", 502), ("garbage", 502), ("delay:3", 504)])
async def test_no_answer_leaves_the_status_as_it_is(
    business: Any, providers: Providers, fault: str, status: int
) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    before = (await business.owner.get(f"{CONFIGS}/openai")).json()
    await providers.arrange(fault)
    answer = await business.owner.post(f"{CONFIGS}/openai/validate")
    assert (answer.status_code, answer.json()["provider"]) == (status, "openai")
    assert (await business.owner.get(f"{CONFIGS}/openai")).json() == before


async def test_credentials_are_checked_without_being_stored(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    url = f"{CONFIGS}/openai/validate"
    bad = await business.owner.post(url, json={"credentials": {"api_key": BAD}})
    assert (bad.json()["valid"], bad.json()["status"], bad.json()["stored"]) == (False, "invalid", False)
    shapeless = await business.owner.post(url, json={"credentials": {"api_key": "abc"}})
    assert shapeless.status_code == 422
    shown = (await business.owner.get(f"{CONFIGS}/openai")).json()
    assert (shown["status"], shown["secret_tail"]) == ("active", GOOD[-4:])
    assert (await business.owner.post(f"{CONFIGS}/grok/validate")).status_code == 409
    assert (await business.owner.post(f"{CONFIGS}/acme/validate")).status_code == 404


async def test_what_is_stored_is_what_was_checked(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    await providers.arrange("delay:0.6")
    slow = asyncio.create_task(business.owner.patch(f"{CONFIGS}/openai", json={"options": {"model": "gpt-4o"}}))
    await asyncio.sleep(0.2)
    quick = await business.owner.patch(
        f"{CONFIGS}/openai", json={"credentials": {"api_key": "sk-quick-0123456789fast"}}
    )
    assert quick.status_code == 200, quick.text
    assert (await slow).status_code == 409
    assert (await business.owner.get(f"{CONFIGS}/openai")).json()["secret_tail"] == "fast"


async def test_two_at_once_make_one_configuration(business: Any, providers: Providers) -> None:
    bodies = [providers.body(f"sk-race-0123456789-{number:04}") for number in range(4)]
    answers = await asyncio.gather(*(business.owner.post(CONFIGS, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]


@pytest.mark.parametrize(
    "address", ["https://127.0.0.1:9/x", "https://10.0.0.1", "https://169.254.169.254/latest", "https://localhost:1"]
)
async def test_addresses_of_our_own_network_are_not_gone_to(business: Any, providers: Providers, address: str) -> None:
    body = providers.body(options={"base_url": address})
    stored = await business.owner.post(CONFIGS, json=body)
    assert (stored.status_code, stored.json()["status"]) == (201, "needs_validation")
    assert "cannot be reached" in stored.json()["last_error"]


@pytest.mark.parametrize("address", ["http://example.com", "https://user:pw@example.com", "https://example.com/?a=1"])
async def test_addresses_of_the_wrong_shape_are_refused(business: Any, providers: Providers, address: str) -> None:
    refused = await business.owner.post(CONFIGS, json=providers.body(options={"base_url": address}))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "options.base_url")


async def test_a_key_refused_in_real_use_is_marked_once(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    configs = business.system.api_configs
    async with business.work() as work:
        key = await configs.access.credential_of(work, "openai")
        assert await configs.note_refused(work, "openai", key_id="openai:another", reason="no") is False
        assert await configs.note_refused(work, "openai", key_id=key.key_id, reason=f"401 for {GOOD}") is True
        assert await configs.note_refused(work, "openai", key_id=key.key_id) is False
    shown = await business.owner.get(f"{CONFIGS}/openai")
    assert (shown.json()["status"], shown.json()["last_error"]) == ("invalid", "[removed]")
    assert (await events_of(business))[-1][0] == "provider.failed"


async def test_managers_may_check_and_viewers_may_not(business: Any, providers: Providers) -> None:
    await business.owner.post(CONFIGS, json=providers.body())
    manager, viewer = await business.member("manager"), await business.member("viewer")
    assert (await manager.post(f"{CONFIGS}/openai/validate")).status_code == 200
    assert (await viewer.post(f"{CONFIGS}/openai/validate")).status_code == 403


async def test_keys_are_in_no_answer_and_no_log(
    business: Any, providers: Providers, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    answers = [
        await business.owner.post(CONFIGS, json=providers.body()),
        await business.owner.post(CONFIGS, json=providers.body(BAD)),
        await business.owner.post(f"{CONFIGS}/openai/validate", json={"credentials": {"api_key": BAD}}),
        await business.owner.post(f"{CONFIGS}/openai/validate"),
        await business.owner.patch(f"{CONFIGS}/openai", json={"credentials": {"api_key": BAD}}),
        await business.owner.get(CONFIGS),
    ]
    out, err = capfd.readouterr()
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("callout"))
    for secret in (GOOD, BAD):
        assert all(secret not in answer.text for answer in answers)
        assert all(secret not in text for text in (out, err, logged))
