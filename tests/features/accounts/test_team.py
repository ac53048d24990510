"""Roles, the team, invitations, access keys, the audit trail."""

import asyncio
from base64 import b64decode
from datetime import timedelta

import pytest
from sqlalchemy import select

from callout.features.accounts.ports import VendorStanding
from callout.kit.http.idempotency import IdempotencyRecord
from callout.kit.ids import uuid7

PASSWORD = "brackish-otter-42"
LOGIN = "/api/shared/auth/login"


async def test_roles_reach_what_the_table_gives_them(http, owner, join, outside):
    viewer, vendor = await join(owner, "viewer"), await join(owner, "vendor")
    outside.standings[vendor.user_id] = VendorStanding(uuid7(), "verified", "")
    for member, method, path, status in (
        (viewer, "POST", "/api/admin/orders", 403),
        (viewer, "GET", "/api/admin/orders", 200),
        (vendor, "GET", "/api/admin/orders", 403),
        (vendor, "GET", "/api/vendor/profile", 200),
        (owner, "GET", "/api/vendor/profile", 403),
        (owner, "POST", "/api/admin/orders", 201),
    ):
        answer = await member.send(method, path)
        assert answer.status_code == status, (method, path)
        if status == 403:
            assert answer.json()["code"] == "permission_denied"
    assert (await http.get("/api/admin/orders")).json()["code"] == "unauthenticated"


async def test_another_tenants_rows_do_not_exist(owner, found, join):
    other = await found()
    viewer = await join(owner, "viewer")
    assert (await other.patch(f"/api/admin/users/{viewer.user_id}", {"role": "manager"})).status_code == 404
    assert (await other.delete(f"/api/admin/users/{viewer.user_id}")).status_code == 404
    assert (await other.get(f"/api/admin/users/{viewer.user_id}/sessions")).status_code == 404
    emails = {row["email"] for row in (await other.get("/api/admin/users")).json()["items"]}
    assert emails == {other.email}


async def test_a_foreign_tenant_id_in_a_body_is_refused(owner, found):
    other = await found()
    body = {"email": "new@example.com", "role": "viewer", "tenant_id": str(other.tenant_id)}
    answer = await owner.post("/api/admin/invitations", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
    assert (await other.get("/api/admin/invitations")).json()["total"] == 0


async def test_the_last_owner_stays(owner):
    for answer in (
        await owner.patch(f"/api/admin/users/{owner.user_id}", {"role": "manager"}),
        await owner.patch(f"/api/admin/users/{owner.user_id}", {"is_active": False}),
        await owner.delete(f"/api/admin/users/{owner.user_id}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


async def test_two_owners_demoting_each_other_at_once_leave_one(owner, join):
    second = await join(owner, "owner")
    answers = await asyncio.gather(
        owner.patch(f"/api/admin/users/{second.user_id}", {"role": "viewer"}),
        second.patch(f"/api/admin/users/{owner.user_id}", {"role": "viewer"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_new_role_ends_the_sessions(owner, join, http):
    manager = await join(owner, "manager")
    changed = await owner.patch(f"/api/admin/users/{manager.user_id}", {"role": "viewer"})
    assert changed.json()["role"] == "viewer"
    assert (await manager.get("/api/admin/users")).json()["code"] == "token_revoked"
    refresh = {"refresh_token": manager.body["refresh_token"]}
    assert (await http.post("/api/shared/auth/refresh", json=refresh)).status_code == 401


async def test_a_disabled_user_cannot_sign_in_and_is_told_nothing(owner, join, http):
    manager = await join(owner, "manager")
    await owner.patch(f"/api/admin/users/{manager.user_id}", {"is_active": False})
    answer = await http.post(LOGIN, json={"email": manager.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
    await owner.patch(f"/api/admin/users/{manager.user_id}", {"is_active": True})
    assert (await http.post(LOGIN, json={"email": manager.email, "password": PASSWORD})).status_code == 200


async def test_a_deleted_users_address_can_be_invited_again(owner, join):
    manager = await join(owner, "manager")
    taken = await owner.post("/api/admin/invitations", {"email": manager.email, "role": "viewer"})
    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")
    assert (await owner.delete(f"/api/admin/users/{manager.user_id}")).status_code == 204
    assert (await owner.post("/api/admin/invitations", {"email": manager.email, "role": "viewer"})).status_code == 201


async def test_managers_do_not_change_the_team_and_viewers_see_little_of_it(owner, join):
    manager, viewer = await join(owner, "manager"), await join(owner, "viewer")
    assert (await manager.patch(f"/api/admin/users/{viewer.user_id}", {"role": "owner"})).status_code == 403
    row = next(r for r in (await viewer.get("/api/admin/users")).json()["items"] if r["id"] == str(owner.user_id))
    assert (row["full_name"], row["role"], row["last_login_at"]) == ("Olive Owner", "owner", None)
    assert row["email"] == f"{owner.email[0]}•••@example.com"
    full = (await manager.get("/api/admin/users?role=owner")).json()
    assert [one["email"] for one in full["items"]] == [owner.email]


async def test_signing_a_user_out_everywhere(owner, join):
    viewer = await join(owner, "viewer")
    assert (await owner.get(f"/api/admin/users/{viewer.user_id}/sessions")).json()["total"] == 1
    assert (await owner.delete(f"/api/admin/users/{viewer.user_id}/sessions")).status_code == 204
    assert (await viewer.get("/api/admin/users")).json()["code"] == "token_revoked"


async def test_an_invitation_brings_somebody_in_once(owner, http, mailbox):
    made = await owner.post("/api/admin/invitations", {"email": "New@Example.com", "role": "manager"})
    assert made.status_code == 201
    again = await owner.post("/api/admin/invitations", {"email": "new@example.com", "role": "manager"})
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
    token = mailbox.last("invitation", "new@example.com")["link"].rsplit("/", 1)[1]
    shown = (await http.get(f"/api/shared/auth/invitations/{token}")).json()
    assert shown == {"tenant_name": "Bright Homes", "email": "new@example.com", "role": "manager"}
    body = {"full_name": "Nora New", "password": PASSWORD}
    path = f"/api/shared/auth/invitations/{token}/accept"
    answers = await asyncio.gather(*(http.post(path, json=body) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 410]
    joined = next(answer.json() for answer in answers if answer.status_code == 201)
    assert joined["user"]["role"] == "manager"
    assert joined["user"]["email_verified_at"] is not None
    assert (await http.get(f"/api/shared/auth/invitations/{token}")).status_code == 410
    assert (await http.get("/api/shared/auth/invitations/nonsense")).status_code == 404


async def test_an_invitation_ends_by_withdrawal_or_time(owner, http, mailbox, clock):
    links = []
    for email in ("a@example.com", "b@example.com"):
        await owner.post("/api/admin/invitations", {"email": email, "role": "viewer"})
        links.append(mailbox.last("invitation", email)["link"].rsplit("/", 1)[1])
    rows = (await owner.get("/api/admin/invitations")).json()["items"]
    first = next(row for row in rows if row["email"] == "a@example.com")
    assert (await owner.delete(f"/api/admin/invitations/{first['id']}")).status_code == 204
    assert (await http.get(f"/api/shared/auth/invitations/{links[0]}")).status_code == 410
    clock.advance(timedelta(days=8))
    assert (await http.get(f"/api/shared/auth/invitations/{links[1]}")).status_code == 410


async def test_a_manager_invites_viewers_only(owner, join):
    manager = await join(owner, "manager")
    assert (
        await manager.post("/api/admin/invitations", {"email": "v@example.com", "role": "viewer"})
    ).status_code == 201
    refused = await manager.post("/api/admin/invitations", {"email": "m@example.com", "role": "manager"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


class TestOnTrial:
    @pytest.fixture
    def default_plan(self):
        return "trial"

    async def test_the_team_is_limited_also_under_concurrency(self, owner):
        invite = [
            owner.post("/api/admin/invitations", {"email": f"p{n}@example.com", "role": "viewer"}) for n in range(4)
        ]
        answers = await asyncio.gather(*invite)
        assert sorted(answer.status_code for answer in answers) == [201, 402, 402, 402]
        refused = next(answer.json() for answer in answers if answer.status_code == 402)
        assert refused["code"] == "plan_limit_reached"
        assert (refused["metric"], refused["used"], refused["limit"]) == ("team_users", 2, 2)
        assert refused["upgrade_url"]

    async def test_after_the_trial_nothing_new_is_made(self, owner, clock, sign_in):
        clock.advance(timedelta(days=8))
        again = await sign_in(owner.email)
        answer = await again.post("/api/admin/invitations", {"email": "p@example.com", "role": "viewer"})
        assert (answer.status_code, answer.json()["code"]) == (402, "trial_expired")
        assert (await again.get("/api/admin/users")).status_code == 200


async def test_a_vendor_reaches_what_its_standing_leaves(owner, join, outside, accounts):
    vendor = await join(owner, "vendor")
    for status, profile, offers, code in (
        ("verified", 200, 200, None),
        ("suspended", 200, 200, None),
        ("pending", 200, 403, "account_pending"),
        ("blocked", 200, 403, "account_blocked"),
    ):
        outside.standings[vendor.user_id] = VendorStanding(uuid7(), status, "broke a window")
        accounts.principals.forget(lambda _: True)
        assert (await vendor.get("/api/vendor/profile")).status_code == profile
        answer = await vendor.get("/api/vendor/offers")
        assert answer.status_code == offers
        if code:
            assert answer.json()["code"] == code
    assert (await vendor.get("/api/vendor/offers")).json()["reason"] == "broke a window"
    assert (await vendor.patch("/api/shared/auth/me", {"full_name": "X"})).json()["code"] == "account_blocked"
    assert (await vendor.post("/api/shared/auth/logout")).status_code == 204


async def test_an_access_key_is_shown_once_and_acts_in_its_role(owner, http):
    made = await owner.post("/api/admin/api-configs/access-keys", {"name": "dialer", "role": "agent"})
    key = made.json()["key"]
    assert key.startswith("cok_")
    listed = (await owner.get("/api/admin/api-configs/access-keys")).json()["items"][0]
    assert listed["prefix"] == key[:12]
    assert key not in str(listed)
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await http.post("/api/admin/orders", headers=bearer)).status_code == 201
    assert (await http.get("/api/vendor/profile", headers=bearer)).status_code == 403
    assert (await http.get("/api/shared/auth/sessions", headers=bearer)).status_code == 403
    me = (await http.get("/api/shared/auth/me", headers=bearer)).json()
    assert (me["role"], me["user"]) == ("agent", None)
    assert (await owner.delete(f"/api/admin/api-configs/access-keys/{made.json()['id']}")).status_code == 204
    assert (await http.get("/api/admin/orders", headers=bearer)).status_code == 401


async def test_a_managers_key_is_not_a_person(owner, http):
    made = await owner.post("/api/admin/api-configs/access-keys", {"name": "sync", "role": "manager"})
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await http.get("/api/admin/users", headers=bearer)).status_code == 200
    assert (await http.get("/api/shared/auth/sessions", headers=bearer)).status_code == 403
    assert (await http.post("/api/shared/auth/ticket", json={"audience": "events"}, headers=bearer)).status_code == 403


async def test_a_key_is_shown_once_even_to_who_repeats_the_request(owner, database):
    body, keyed = {"name": "sync", "role": "agent"}, {"Idempotency-Key": "make-key-1"}
    made = await owner.post("/api/admin/api-configs/access-keys", body, headers=keyed)
    again = await owner.post("/api/admin/api-configs/access-keys", body, headers=keyed)
    assert (made.status_code, again.status_code) == (201, 409)
    assert "shown once" in again.json()["detail"]
    assert len((await owner.get("/api/admin/api-configs/access-keys")).json()["items"]) == 1
    async with database.lookup() as work:
        rows = (await work.session.execute(select(IdempotencyRecord.body, IdempotencyRecord.headers))).all()
    assert [row for row in rows if b"cok_" in b64decode(row.body) or row.headers] == []


async def test_access_keys_expire_and_number_at_most_twenty(owner, http, clock):
    ends = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"name": "short", "role": "viewer", "expires_at": ends}
    key = (await owner.post("/api/admin/api-configs/access-keys", body)).json()["key"]
    clock.advance(timedelta(minutes=10))
    for number in range(19):
        body = {"name": f"key {number}", "role": "viewer"}
        assert (await owner.post("/api/admin/api-configs/access-keys", body)).status_code == 201
    assert (await owner.post("/api/admin/api-configs/access-keys", body)).status_code == 409
    clock.advance(timedelta(minutes=51))
    assert (await http.get("/api/admin/users", headers={"Authorization": f"Bearer {key}"})).status_code == 401


async def test_only_owners_hold_the_keys(owner, join):
    manager = await join(owner, "manager")
    assert (await manager.get("/api/admin/api-configs/access-keys")).status_code == 403
    past = await owner.post(
        "/api/admin/api-configs/access-keys", {"name": "x", "role": "agent", "expires_at": "2020-01-01T00:00:00Z"}
    )
    assert past.status_code == 422


async def test_the_trail_tells_who_changed_what_without_secrets(owner, join):
    manager = await join(owner, "manager")
    await owner.patch(f"/api/admin/users/{manager.user_id}", {"role": "viewer"})
    await owner.post("/api/admin/api-configs/access-keys", {"name": "dialer", "role": "agent"})
    rows = (await owner.get("/api/admin/audit", params={"action": "user.change"})).json()
    assert rows["total"] == 1
    entry = rows["items"][0]
    assert (entry["actor_id"], entry["actor_role"]) == (str(owner.user_id), "owner")
    assert (entry["before"], entry["after"]) == ({"role": "manager"}, {"role": "viewer"})
    assert entry["ip"] == "127.0.0.1"
    assert entry["request_id"]
    assert "cok_" not in (await owner.get("/api/admin/audit")).text


async def test_the_trail_pages_by_cursor_without_gap_or_repetition(owner):
    for number in range(7):
        await owner.patch("/api/shared/auth/me", {"full_name": f"Olive {number}"})
    seen, cursor = [], None
    while True:
        params = {"limit": 3, "action": "account.update", **({"cursor": cursor} if cursor else {})}
        page = (await owner.get("/api/admin/audit", params=params)).json()
        seen += [row["after"]["full_name"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"Olive {number}" for number in reversed(range(7))]
    assert (await owner.get("/api/admin/audit?cursor=nonsense")).status_code == 400
