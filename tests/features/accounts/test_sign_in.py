"""Signing in, refreshing and out, as the acceptance examples tell it."""

import asyncio
from datetime import timedelta

import pytest

LOGIN = "/api/shared/auth/login"
REFRESH = "/api/shared/auth/refresh"
PASSWORD = "brackish-otter-42"


async def test_a_founder_is_signed_in_at_once_and_may_do_all_an_owner_may(owner):
    me = (await owner.get("/api/shared/auth/me")).json()
    assert me["role"] == "owner"
    assert me["tenant"]["slug"].startswith("bright-homes")
    assert me["tenant"]["timezone"] == "America/New_York"
    assert me["tenant"]["currency"] == "USD"
    assert me["plan"]["code"] == "self_hosted"
    assert "settings.update" in me["permissions"]
    assert me["user"]["email_verified_at"] is None


SIGN_UP = {
    "email": "nora@pipes.example",
    "password": PASSWORD,
    "full_name": "Nora Pipe",
    "business_name": "Nora's Pipes",
    "country": "US",
}


async def test_a_sign_up_repeated_under_its_key_founds_nothing_but_signs_in(http):
    keyed = {"Idempotency-Key": "sign-up-1"}
    url = "/api/shared/auth/signup"
    first, *others = await asyncio.gather(*(http.post(url, json=SIGN_UP, headers=keyed) for _ in range(3)))
    assert 201 in {one.status_code for one in (first, *others)}
    assert {one.status_code for one in (first, *others)} <= {201, 409}
    again = await http.post(url, json=SIGN_UP, headers=keyed)
    assert again.status_code == 201
    me = await http.get("/api/shared/auth/me", headers={"Authorization": f"Bearer {again.json()['access_token']}"})
    assert me.json()["tenant"]["name"] == "Nora's Pipes"
    login = await http.post(LOGIN, json={"email": SIGN_UP["email"], "password": PASSWORD})
    assert login.status_code == 200, "one business only, so that none must be chosen"
    guess = await http.post(url, json=SIGN_UP | {"password": "some-other-guess-9"}, headers=keyed)
    assert (guess.status_code, guess.json()["code"]) == (401, "invalid_credentials")
    other = await http.post(url, json=SIGN_UP, headers={"Idempotency-Key": "sign-up-2"})
    assert other.json()["tenant"]["id"] != again.json()["tenant"]["id"]


async def test_six_wrong_passwords_answer_alike_and_ever_slower_as_for_an_unknown_address(http, owner, pauses):
    answers = {}
    for email in (owner.email, "nobody@example.com"):
        pauses.seconds.clear()
        tries = [await http.post(LOGIN, json={"email": email, "password": "wrong-password-1"}) for _ in range(6)]
        answers[email] = [(one.status_code, one.json()["code"], one.json()["detail"]) for one in tries]
        assert pauses.seconds == [1.0, 2.0]
    assert answers[owner.email] == answers["nobody@example.com"]
    assert {status for status, _, _ in answers[owner.email]} == {401}
    assert {code for _, code, _ in answers[owner.email]} == {"invalid_credentials"}
    assert set(pauses.connections) == {0}, "nobody holds a connection while waiting"


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(http, owner, stopwatch):
    async def time_of(email: str) -> float:
        started = stopwatch()
        await http.post(LOGIN, json={"email": email, "password": "wrong-password-1"})
        return stopwatch() - started

    known = min([await time_of(owner.email) for _ in range(4)])
    unknown = min([await time_of(f"nobody-{n}@example.com") for n in range(4)])
    assert unknown > known * 0.5
    assert known > unknown * 0.5


async def test_the_tenth_failure_locks_for_fifteen_minutes_even_against_the_right_password(http, owner, clock):
    for number in range(1, 11):
        answer = await http.post(LOGIN, json={"email": owner.email, "password": "wrong-password-1"})
        assert answer.status_code == (401 if number < 10 else 423)
    locked = await http.post(LOGIN, json={"email": owner.email, "password": PASSWORD})
    assert locked.status_code == 423
    assert locked.json()["code"] == "account_locked"
    assert 0 < locked.json()["retry_after_s"] <= 900
    clock.advance(timedelta(minutes=16))
    assert (await http.post(LOGIN, json={"email": owner.email, "password": PASSWORD})).status_code == 200


async def test_simultaneous_guesses_are_all_counted(http, owner):
    tries = [http.post(LOGIN, json={"email": owner.email, "password": f"wrong-password-{n}"}) for n in range(14)]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert statuses.count(401) <= 9
    assert statuses.count(423) >= 5


async def test_success_forgets_the_failures(http, owner, pauses):
    for _ in range(4):
        await http.post(LOGIN, json={"email": owner.email, "password": "wrong-password-1"})
    assert (await http.post(LOGIN, json={"email": owner.email, "password": PASSWORD})).status_code == 200
    pauses.seconds.clear()
    await http.post(LOGIN, json={"email": owner.email, "password": "wrong-password-1"})
    assert pauses.seconds == []


async def test_the_same_person_in_two_tenants_must_choose(http, found):
    email = "twice@example.com"
    first = await found(email, "North Star Cleaning")
    await found(email, "South Star Cleaning")
    answer = await http.post(LOGIN, json={"email": email, "password": PASSWORD})
    assert answer.status_code == 409
    assert answer.json()["code"] == "tenant_choice_required"
    assert {one["name"] for one in answer.json()["tenants"]} == {"North Star Cleaning", "South Star Cleaning"}
    slug = first.body["tenant"]["slug"]
    chosen = await http.post(LOGIN, json={"email": email.upper(), "password": PASSWORD, "tenant": slug})
    assert chosen.status_code == 200
    assert chosen.json()["tenant"]["id"] == first.body["tenant"]["id"]


async def test_a_refresh_token_rotated_a_minute_ago_ends_the_family(http, owner, clock):
    old = owner.body["refresh_token"]
    newer = (await http.post(REFRESH, json={"refresh_token": old})).json()
    clock.advance(timedelta(minutes=1))
    reused = await http.post(REFRESH, json={"refresh_token": old})
    assert (reused.status_code, reused.json()["code"]) == (401, "token_reused")
    dead = await http.post(REFRESH, json={"refresh_token": newer["refresh_token"]})
    assert (dead.status_code, dead.json()["code"]) == (401, "token_revoked")
    seen = await http.get("/api/shared/auth/me", headers={"Authorization": f"Bearer {newer['access_token']}"})
    assert (seen.status_code, seen.json()["code"]) == (401, "token_revoked")


async def test_a_repeated_refresh_gets_the_same_successor_within_ten_seconds(http, owner, clock):
    old = owner.body["refresh_token"]
    first, second = await asyncio.gather(*(http.post(REFRESH, json={"refresh_token": old}) for _ in range(2)))
    assert first.json()["refresh_token"] == second.json()["refresh_token"] != old
    clock.advance(timedelta(minutes=1))
    assert (await http.post(REFRESH, json={"refresh_token": first.json()["refresh_token"]})).status_code == 200


async def test_the_grace_is_for_the_same_device_only(http, owner):
    old = owner.body["refresh_token"]
    await http.post(REFRESH, json={"refresh_token": old})
    elsewhere = await http.post(REFRESH, json={"refresh_token": old}, headers={"User-Agent": "another"})
    assert elsewhere.json()["code"] == "token_reused"


async def test_a_guessed_refresh_token_ends_nothing(http, owner):
    real = owner.body["refresh_token"]
    family, secret, rotation = real.split(".")
    guess = await http.post(REFRESH, json={"refresh_token": f"{family}.{'x' * len(secret)}.{rotation}"})
    assert (guess.status_code, guess.json()["code"]) == (401, "unauthenticated")
    assert (await http.post(REFRESH, json={"refresh_token": real})).status_code == 200


async def test_an_idle_refresh_token_expires(http, owner, clock):
    clock.advance(timedelta(days=31))
    answer = await http.post(REFRESH, json={"refresh_token": owner.body["refresh_token"]})
    assert answer.json()["code"] == "token_expired"


async def test_a_session_ends_for_good_after_ninety_days(http, owner, clock):
    token = owner.body["refresh_token"]
    for _ in range(4):
        clock.advance(timedelta(days=22))
        token = (await http.post(REFRESH, json={"refresh_token": token})).json()["refresh_token"]
    clock.advance(timedelta(days=3))
    assert (await http.post(REFRESH, json={"refresh_token": token})).json()["code"] == "token_expired"


async def test_the_cookie_carries_the_refresh_token_only_with_the_header(http, owner):
    body = {"email": owner.email, "password": PASSWORD, "transport": "cookie"}
    answer = await http.post(LOGIN, json=body)
    assert answer.json()["refresh_token"] is None
    cookie = answer.headers["set-cookie"]
    for part in ("callout_refresh=cor_", "HttpOnly", "SameSite=strict", "Path=/api/shared/auth", "Secure"):
        assert part.lower() in cookie.lower()
    value = cookie.split("callout_refresh=")[1].split(";")[0].strip('"')
    plain = await http.post(REFRESH, headers={"Cookie": f"callout_refresh={value}"})
    assert plain.status_code == 401
    headers = {"Cookie": f"callout_refresh={value}", "X-Requested-With": "callout"}
    rotated = await http.post(REFRESH, headers=headers)
    assert rotated.status_code == 200
    assert "callout_refresh=cor_" in rotated.headers["set-cookie"]


async def test_logout_ends_this_session_and_logout_all_the_others(http, owner, sign_in):
    second, third = await sign_in(owner.email), await sign_in(owner.email)
    assert (await second.post("/api/shared/auth/logout")).status_code == 204
    assert (await second.get("/api/shared/auth/me")).json()["code"] == "token_revoked"
    assert (await third.post("/api/shared/auth/logout-all")).json() == {"revoked": 2}
    assert (await owner.get("/api/shared/auth/me")).status_code == 401
    assert (await http.post(REFRESH, json={"refresh_token": owner.body["refresh_token"]})).status_code == 401


async def test_an_access_token_expires_after_fifteen_minutes(owner, clock):
    clock.advance(timedelta(minutes=14))
    assert (await owner.get("/api/shared/auth/me")).status_code == 200
    clock.advance(timedelta(minutes=2))
    answer = await owner.get("/api/shared/auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


@pytest.mark.parametrize("token", ["", "x", "cok_nothing", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."])
async def test_a_forged_credential_is_refused(http, token):
    answer = await http.get("/api/shared/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


async def test_sessions_are_listed_and_ended_one_by_one(owner, sign_in):
    second = await sign_in(owner.email, device="Tablet")
    rows = (await owner.get("/api/shared/auth/sessions")).json()["items"]
    assert len(rows) == 2
    assert sum(row["is_current"] for row in rows) == 1
    other = next(row for row in rows if row["device"] == "Tablet")
    assert (await owner.delete(f"/api/shared/auth/sessions/{other['id']}")).status_code == 204
    assert (await second.get("/api/shared/auth/me")).status_code == 401
    assert (await owner.delete(f"/api/shared/auth/sessions/{other['id']}")).status_code == 404


async def test_a_new_device_is_reported_once(owner, sign_in, mailbox):
    assert mailbox.count("login_new_device", owner.email) == 0
    await sign_in(owner.email)
    assert mailbox.count("login_new_device", owner.email) == 0
    for _ in range(2):
        body = {"email": owner.email, "password": PASSWORD}
        await owner.http.post(LOGIN, json=body, headers={"User-Agent": "Unknown phone"})
    assert mailbox.count("login_new_device", owner.email) == 1


async def test_a_password_keeps_its_spaces(http, found):
    spaced = "  padded otter 42  "
    owner = await found(password=spaced)
    trimmed = await http.post(LOGIN, json={"email": owner.email, "password": spaced.strip()})
    assert trimmed.status_code == 401
    assert (await http.post(LOGIN, json={"email": owner.email, "password": spaced})).status_code == 200


@pytest.mark.parametrize("password", ["short", "password12345", "qwertyuiop12", "aaaaaaaaaaaa", "bright homes 1"])
async def test_a_weak_password_is_refused_at_sign_up(http, password):
    body = {"email": "w@example.com", "password": password, "full_name": "W", "business_name": "Bright Homes"}
    answer = await http.post("/api/shared/auth/signup", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "weak_password")
    assert answer.json()["errors"][0]["field"] == "password"
