"""Credentials over HTTP: stored sealed, never shown."""

from typing import Any

import pytest
from sqlalchemy import select, text

from callout.features.accounts.tables import AuditEntry
from callout.features.api_configs.tables import ProviderConfig
from callout.features.api_configs.vault import provider_secret, unseal
from callout.kit.secrets import UnsealError

CONFIGS = "/api/admin/api-configs"
KEY = "sk_live_0123456789wxyz"


async def store(business: Any, **body: Any) -> Any:
    given = {"provider": "elevenlabs", "credentials": {"api_key": KEY}, "validate": False} | body
    return await business.owner.post(CONFIGS, json=given)


async def test_the_list_of_providers_says_what_each_form_asks_for(business: Any) -> None:
    providers = {row["provider"]: row for row in (await business.owner.get(f"{CONFIGS}/providers")).json()}
    assert len(providers) == 20
    assert providers["claude"]["aliases"] == ["anthropic"]
    assert [field["name"] for field in providers["twilio"]["fields"]] == ["account_sid", "auth_token"]
    assert providers["elevenlabs"]["used_by"] == ["ai-calling", "voice-cloning"]


async def test_a_key_is_kept_and_never_shown_again(business: Any) -> None:
    stored = await store(business)
    assert stored.status_code == 201, stored.text
    shown = await business.owner.get(f"{CONFIGS}/elevenlabs")
    body = shown.json()
    assert (body["has_secret"], body["secret_tail"], body["status"]) == (True, "wxyz", "needs_validation")
    for answer in (stored, shown, await business.owner.get(CONFIGS)):
        assert KEY not in answer.text
    async with business.work() as work:
        sealer = business.system.accounts.sealer
        assert await provider_secret(work, sealer, "elevenlabs", "api_key") == KEY
        rows = await work.session.execute(text("SELECT to_jsonb(p)::text FROM provider_configs p"))
        assert all(KEY not in row for (row,) in rows)
        entries = await work.session.scalars(select(AuditEntry).where(AuditEntry.noun == "provider_config"))
        assert all(KEY not in str((entry.before, entry.after)) for entry in entries)


async def test_storing_again_replaces(business: Any) -> None:
    await store(business)
    again = await store(business, credentials={"api_key": "sk_other_0123456789abcd"}, priority=5)
    assert (again.status_code, again.json()["secret_tail"], again.json()["priority"]) == (200, "abcd", 5)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"provider": "openai", "credentials": {"api_key": "abc"}}, "credentials.api_key"),
        ({"provider": "openai", "credentials": {}}, "credentials.api_key"),
        ({"provider": "openai", "credentials": {"api_key": "sk-0123456789", "colour": "red"}}, "credentials.colour"),
        ({"provider": "acme", "credentials": {}}, "provider"),
        ({"credentials": {"api_key": KEY}, "options": {"colour": "red"}}, "options.colour"),
        ({"credentials": {"api_key": KEY}, "options": {"base_url": "ftp://x"}}, "options.base_url"),
    ],
)
async def test_what_has_the_wrong_shape_is_refused(business: Any, body: dict[str, Any], field: str) -> None:
    refused = await store(business, **body)
    assert refused.status_code == 422
    assert field in [row["field"] for row in refused.json()["errors"]]


async def test_a_patch_merges_and_a_switched_off_provider_gives_no_secret(business: Any) -> None:
    await store(business)
    patched = await business.owner.patch(
        f"{CONFIGS}/elevenlabs",
        json={
            "credentials": {"webhook_secret": "wsec_0123456789"},
            "options": {"model": "m"},
            "validate": False,
        },
    )
    assert patched.status_code == 200, patched.text
    assert patched.json()["options"] == {"model": "m"}
    sealer = business.system.accounts.sealer
    async with business.work() as work:
        assert await provider_secret(work, sealer, "elevenlabs", "api_key") == KEY
        assert await business.system.secrets.webhook_secrets(work, "elevenlabs") == ["wsec_0123456789"]
        assert await business.system.secrets.webhook_secrets(work, "twilio") == []
    off = await business.owner.patch(f"{CONFIGS}/elevenlabs", json={"is_active": False})
    assert (off.json()["status"], off.json()["secret_tail"]) == ("inactive", "wxyz")
    async with business.work() as work:
        assert await provider_secret(work, sealer, "elevenlabs", "api_key") is None
    body = {"credentials": {"api_key": None}, "validate": False}
    needed = await business.owner.patch(f"{CONFIGS}/elevenlabs", json=body)
    assert needed.status_code == 422


async def test_a_removed_provider_is_simulated_again(business: Any) -> None:
    await store(business)
    assert (await business.owner.delete(f"{CONFIGS}/elevenlabs")).status_code == 204
    assert (await business.owner.delete(f"{CONFIGS}/elevenlabs")).status_code == 204
    shown = (await business.owner.get(f"{CONFIGS}/elevenlabs")).json()
    assert (shown["status"], shown["has_secret"], shown["mode"]) == ("sandbox", False, "sandbox")
    assert (await business.owner.get(f"{CONFIGS}/acme")).status_code == 404


async def test_requirements_name_what_is_missing(business: Any) -> None:
    rows = {row["feature"]: row for row in (await business.owner.get(f"{CONFIGS}/requirements")).json()}
    assert (rows["voice-cloning"]["ready"], rows["voice-cloning"]["sandbox_in_use"]) == (True, True)
    assert rows["calling-operations"]["missing_providers"] == ["twilio"]
    one = (await business.owner.get(f"{CONFIGS}/requirements?feature=data-scraper")).json()
    assert [row["feature"] for row in one] == ["data-scraper"]
    assert one[0]["missing_providers"] == ["serpapi"]


async def test_roles_and_tenants(business: Any, other_business: Any) -> None:
    await store(business)
    manager, viewer = await business.member("manager"), await business.member("viewer")
    assert (await manager.get(f"{CONFIGS}/elevenlabs")).json()["secret_tail"] == "wxyz"
    assert (await manager.post(CONFIGS, json={"provider": "serpapi", "credentials": {}})).status_code == 403
    assert (await viewer.get(f"{CONFIGS}/elevenlabs")).json() == {
        "provider": "elevenlabs",
        "status": "needs_validation",
        "mode": "live",
    }
    assert (await other_business.owner.get(f"{CONFIGS}/elevenlabs")).json()["has_secret"] is False


async def test_a_sealed_key_does_not_open_for_another_tenant(business: Any, other_business: Any) -> None:
    await store(business)
    async with business.work() as work:
        config = await work.session.scalar(select(ProviderConfig))
        assert config is not None
        moved = ProviderConfig(provider="elevenlabs", tenant_id=other_business.tenant_id, sealed=config.sealed)
    with pytest.raises(UnsealError):
        unseal(business.system.accounts.sealer, moved, "api_key")
