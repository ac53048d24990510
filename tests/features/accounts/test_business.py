"""The business, its settings, closing, keys and vocabulary."""

import asyncio

import jwt
import pytest
from sqlalchemy import select

from callout.features.accounts.business import finish_step
from callout.features.accounts.tenant_settings import tenant_settings
from callout.kit.events.log import read_after
from callout.kit.events.tables import StoredEvent
from callout.kit.principal import Principal

SETTINGS = "/api/admin/settings"
PASSWORD = "brackish-otter-42"


async def events_of(database, owner):
    async with database.transaction(Principal.system(owner.tenant_id)) as work:
        return [event.type for event in await read_after(work.session, owner.tenant_id, 0)]


async def test_the_business_changes_its_record(owner, join, database):
    body = {
        "name": "Brighter Homes",
        "phone": "213 555 0142",
        "base_location": {"lat": 34.05, "lng": -118.24},
        "business_hours": {"mon": [{"from": "08:00", "to": "24:00"}]},
        "holidays": ["2026-12-25", "2026-12-25"],
    }
    answer = await owner.patch("/api/admin/tenant", body)
    changed = answer.json()
    assert changed["phone"] == "+12135550142"
    assert changed["base_location"] == {"lat": 34.05, "lng": -118.24}
    assert changed["business_hours"]["mon"] == [{"from": "08:00", "to": "24:00"}]
    assert changed["business_hours"]["tue"] == []
    assert changed["holidays"] == ["2026-12-25"]
    assert answer.headers["etag"] == f'"v{changed["version"]}"'
    assert "webhook_token" not in answer.text
    unset = (await owner.patch("/api/admin/tenant", {"base_location": {"lat": 0, "lng": 0}})).json()
    assert unset["base_location"] is None
    manager = await join(owner, "manager")
    assert (await manager.patch("/api/admin/tenant", {"name": "Mine"})).status_code == 403
    assert (await manager.get("/api/admin/tenant")).json()["name"] == "Brighter Homes"
    assert (await events_of(database, owner)).count("tenant.updated") == 2


async def test_the_currency_is_fixed_by_the_first_invoice(owner, outside):
    assert (await owner.patch("/api/admin/tenant", {"currency": "EUR"})).json()["currency"] == "EUR"
    outside.has_invoices = True
    locked = await owner.patch("/api/admin/tenant", {"currency": "USD"})
    assert (locked.status_code, locked.json()["code"]) == (409, "currency_locked")
    assert (await owner.patch("/api/admin/tenant", {"currency": "EUR", "name": "Same"})).status_code == 200


async def test_a_slug_is_taken_once(owner, found):
    other = await found()
    taken = await owner.patch("/api/admin/tenant", {"slug": other.body["tenant"]["slug"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
    assert (await owner.patch("/api/admin/tenant", {"slug": "No Spaces"})).status_code == 422


async def test_the_first_steps_are_ticked_off(owner, database):
    async with database.transaction(Principal.system(owner.tenant_id)) as work:
        await finish_step(work, "vendor")
        await finish_step(work, "vendor")
    await owner.patch("/api/admin/tenant", {"legal_name": "Bright Homes LLC"})
    steps = {row["step"]: row["done"] for row in (await owner.get("/api/admin/tenant/onboarding")).json()}
    assert steps == {
        "profile": True, "provider": False, "agent": False, "trigger_rule": False, "billing": False, "vendor": True,
    }  # fmt: skip


async def test_a_closed_business_is_left_to_its_owners_who_may_reopen_it(owner, join, http, sign_in):
    manager = await join(owner, "manager")
    slug = owner.body["tenant"]["slug"]
    refused = await owner.post("/api/admin/tenant/close", {"password": "wrong", "confirm_slug": slug})
    assert refused.json()["code"] == "invalid_credentials"
    refused = await owner.post("/api/admin/tenant/close", {"password": PASSWORD, "confirm_slug": "other"})
    assert refused.status_code == 422
    closed = await owner.post("/api/admin/tenant/close", {"password": PASSWORD, "confirm_slug": slug})
    assert (closed.status_code, closed.json()["status"]) == (202, "closed")
    assert (await manager.get("/api/admin/orders")).status_code == 401
    login = await http.post("/api/shared/auth/login", json={"email": manager.email, "password": PASSWORD})
    assert login.status_code == 401
    again = await sign_in(owner.email)
    assert (await again.get("/api/admin/orders")).status_code == 403
    opened = await again.post("/api/admin/tenant/reopen", {"password": PASSWORD, "confirm_slug": slug})
    assert (opened.status_code, opened.json()["status"]) == (202, "active")
    assert (await again.get("/api/admin/orders")).status_code == 200


async def test_settings_change_group_by_group_with_bounds(owner, database):
    group = await owner.get(f"{SETTINGS}/dispatch")
    radius = group.json()["values"]["dispatch.max_radius_km"]
    assert radius == {"value": 50.0, "default": 50.0, "bounds": {"min": 1, "max": 200}, "editable": True}
    tag = group.headers["etag"]
    assert (await owner.patch(f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": 60})).status_code == 428
    if_match = {"If-Match": tag}
    for value in (500, 0, "60", True):
        answer = await owner.patch(f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": value}, headers=if_match)
        assert answer.status_code == 422
        assert "1..200" in answer.json()["message"]
    unknown = await owner.patch(f"{SETTINGS}/dispatch", {"dispatch.colour": 1}, headers=if_match)
    assert unknown.json()["code"] == "unknown_field"
    changed = await owner.patch(f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": 60}, headers=if_match)
    assert changed.json()["values"]["dispatch.max_radius_km"]["value"] == 60
    stale = await owner.patch(f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": 70}, headers=if_match)
    assert (stale.status_code, stale.json()["code"]) == (412, "version_conflict")
    reset = await owner.patch(
        f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": None}, headers={"If-Match": changed.headers["etag"]}
    )
    assert reset.json()["values"]["dispatch.max_radius_km"]["value"] == 50
    assert reset.headers["etag"] not in {tag, changed.headers["etag"]}
    async with database.transaction(Principal.system(owner.tenant_id)) as work:
        assert (await tenant_settings(work))["dispatch.max_radius_km"] == 50
    assert (await events_of(database, owner)).count("settings.updated") == 2


async def test_of_two_changes_with_the_same_version_one_wins(owner):
    tag = {"If-Match": (await owner.get(f"{SETTINGS}/dispatch")).headers["etag"]}
    answers = await asyncio.gather(
        owner.patch(f"{SETTINGS}/dispatch", {"dispatch.max_radius_km": 60}, headers=tag),
        owner.patch(f"{SETTINGS}/dispatch", {"dispatch.min_score": 0.5}, headers=tag),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_managers_change_the_groups_that_are_theirs(owner, join):
    manager, viewer = await join(owner, "manager"), await join(owner, "viewer")
    anything = {"If-Match": "*"}
    assert (
        await manager.patch(f"{SETTINGS}/orders", {"orders.require_start_code": True}, headers=anything)
    ).status_code == 200
    security = {"security.require_mfa": True}
    assert (await manager.patch(f"{SETTINGS}/security", security, headers=anything)).status_code == 403
    assert (await viewer.patch(f"{SETTINGS}/orders", {}, headers=anything)).status_code == 403
    groups = {group["group"]: group["values"] for group in (await viewer.get(SETTINGS)).json()}
    assert not any(value["editable"] for values in groups.values() for value in values.values())
    assert (await owner.get(f"{SETTINGS}/nothing")).status_code == 404


async def test_defaults_follow_the_business(owner):
    values = (await owner.get(f"{SETTINGS}/notifications")).json()["values"]
    assert values["notifications.sender_name"]["value"] == "Bright Homes"
    assert values["notifications.reply_to"]["value"] == owner.email
    await owner.patch("/api/admin/tenant", {"name": "Brighter Homes"})
    values = (await owner.get(f"{SETTINGS}/notifications")).json()["values"]
    assert values["notifications.sender_name"]["value"] == "Brighter Homes"


@pytest.mark.parametrize(
    ("group", "body"),
    [
        ("dispatch", {"dispatch.default_radius_km": 80}),
        ("scam", {"scam.threshold": 0.95}),
        ("security", {"security.session_absolute_d": 10}),
        ("compliance", {"compliance.consent_policy": "warn"}),
        ("compliance", {"compliance.ai_disclosure": False}),
    ],
)
async def test_settings_that_contradict_each_other_change_nothing(owner, group, body):
    before = await owner.get(f"{SETTINGS}/{group}")
    answer = await owner.patch(f"{SETTINGS}/{group}", body, headers={"If-Match": "*"})
    assert answer.status_code == 422
    after = await owner.get(f"{SETTINGS}/{group}")
    assert (before.json(), before.headers["etag"]) == (after.json(), after.headers["etag"])


async def test_relaxing_consent_needs_a_written_acknowledgement(owner):
    body = {
        "compliance.consent_policy": "warn",
        "compliance.consent_acknowledgement": "I answer for every call we make.",
    }
    assert (await owner.patch(f"{SETTINGS}/compliance", body, headers={"If-Match": "*"})).status_code == 200


async def test_a_required_second_factor_leaves_only_its_setup(owner, accounts):
    await owner.patch(f"{SETTINGS}/security", {"security.require_mfa": True}, headers={"If-Match": "*"})
    accounts.principals.forget(lambda _: True)
    assert (await owner.get("/api/admin/orders")).status_code == 403
    assert (await owner.get("/api/shared/auth/me")).json()["account_status"] == "mfa_setup"
    assert (await owner.post("/api/shared/auth/mfa/totp", {"password": PASSWORD})).status_code == 200


async def test_an_address_outside_the_allow_list_is_kept_out_of_the_console(owner, accounts):
    body = {"security.ip_allowlist": ["203.0.113.0/24"]}
    await owner.patch(f"{SETTINGS}/security", body, headers={"If-Match": "*"})
    accounts.principals.forget(lambda _: True)
    answer = await owner.get("/api/admin/orders")
    assert (answer.status_code, answer.json()["code"]) == (403, "ip_not_allowed")
    assert (await owner.get("/api/shared/auth/me")).status_code == 200


async def test_anybody_can_verify_a_token_with_the_published_keys(http, owner):
    answer = await http.get("/.well-known/jwks.json")
    assert "max-age=3600" in answer.headers["cache-control"]
    keys = jwt.PyJWKSet.from_dict(answer.json())
    token = owner.body["access_token"]
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="callout", issuer="https://callout.test")
    assert set(claims) == {"iss", "aud", "sub", "tid", "role", "sid", "iat", "exp", "jti"}
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["tid"], claims["sub"]) == (str(owner.tenant_id), str(owner.user_id))


async def test_the_vocabulary_is_public(http):
    body = (await http.get("/api/shared/meta")).json()
    assert body["enums"]["order.status"][0] == "new"
    assert len(body["services"]) == 13
    germany = next(row for row in body["countries"] if row["code"] == "DE")
    assert germany == {
        "code": "DE", "name": "Germany", "dial_code": "+49", "currency": "EUR", "timezone": "Europe/Berlin",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 404, "sso_not_configured"),
        ("?from_url=/console", 404, "sso_not_configured"),
        ("?from_url=https://app.example.com/x", 404, "sso_not_configured"),
        ("?from_url=https://evil.example", 403, "origin_not_allowed"),
        ("?from_url=//evil.example", 403, "origin_not_allowed"),
    ],
)
async def test_single_sign_on_is_off_and_never_leads_astray(http, query, status, code):
    for step in ("start", "callback"):
        answer = await http.get(f"/api/shared/auth/sso/google/{step}{query}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_story_of_an_account_is_published(owner, join, database):
    viewer = await join(owner, "viewer")
    await owner.post("/api/admin/invitations", {"email": "x@example.com", "role": "viewer"})
    await owner.patch(f"/api/admin/users/{viewer.user_id}", {"is_active": False})
    types = await events_of(database, owner)
    assert types == ["user.joined", "user.joined", "user.invited", "session.revoked", "user.disabled"]
    async with database.transaction(Principal.system(owner.tenant_id)) as work:
        query = select(StoredEvent.data).where(StoredEvent.type == "session.revoked")
        assert (await work.session.execute(query)).scalar_one()["reason"] == "disabled"
