"""One's own account: profile, password, e-mail, second factor, tickets."""

import asyncio
from datetime import timedelta

import pyotp
import pytest

from callout.features.accounts.authenticator import TokenAuthenticator
from callout.kit.errors import Unauthenticated
from callout.kit.ids import uuid7

AUTH = "/api/shared/auth"
PASSWORD = "brackish-otter-42"
NEW_PASSWORD = "velvet-harbour-77"


def code_at(secret, clock):
    return pyotp.TOTP(secret).at(clock.now())


async def enrol(member, clock):
    secret = (await member.post(f"{AUTH}/mfa/totp", {"password": PASSWORD})).json()["secret"]
    answer = await member.post(f"{AUTH}/mfa/totp/confirm", {"code": code_at(secret, clock)})
    assert answer.status_code == 200, answer.text
    clock.advance(timedelta(seconds=30))
    return secret, answer.json()["recovery_codes"]


async def test_the_own_profile_changes_field_by_field(owner, outside):
    body = {"full_name": "Olive Q. Owner", "phone": "(213) 555-0142", "theme": "dark"}
    changed = (await owner.patch(f"{AUTH}/me", body)).json()
    assert (changed["full_name"], changed["phone"], changed["theme"]) == ("Olive Q. Owner", "+12135550142", "dark")
    cleared = (await owner.patch(f"{AUTH}/me", {"phone": None})).json()
    assert (cleared["phone"], cleared["theme"]) == (None, "dark")
    avatar = uuid7()
    assert (await owner.patch(f"{AUTH}/me", {"avatar_file_id": str(avatar)})).status_code == 422
    outside.files.add(avatar)
    shown = (await owner.patch(f"{AUTH}/me", {"avatar_file_id": str(avatar)})).json()
    assert shown["avatar_url"] == f"https://files.test/{avatar}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"role": "owner"}, "unknown_field"),
        ({"email": "x@example.com"}, "unknown_field"),
        ({"theme": "pink"}, "validation_failed"),
        ({"full_name": None}, "validation_failed"),
        ({"phone": "12"}, "validation_failed"),
        ({"timezone": "Mars/Olympus"}, "validation_failed"),
    ],
)
async def test_what_is_not_ones_own_to_change_is_refused(owner, body, code):
    answer = await owner.patch(f"{AUTH}/me", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_changing_the_password_ends_the_other_sessions(owner, sign_in, mailbox):
    other = await sign_in(owner.email)
    wrong = await owner.post(f"{AUTH}/password/change", {"current_password": "no", "new_password": NEW_PASSWORD})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    weak = await owner.post(f"{AUTH}/password/change", {"current_password": PASSWORD, "new_password": "password123"})
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    done = await owner.post(f"{AUTH}/password/change", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})
    assert done.status_code == 204
    assert (await other.get(f"{AUTH}/me")).json()["code"] == "token_revoked"
    assert (await owner.get(f"{AUTH}/me")).status_code == 200
    await sign_in(owner.email, NEW_PASSWORD)
    assert mailbox.count("password_changed", owner.email) == 1


async def test_forgetting_the_password_answers_alike_for_everybody(http, owner, mailbox):
    for email in (owner.email, "nobody@example.com"):
        answer = await http.post(f"{AUTH}/password/forgot", json={"email": email})
        assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
    assert mailbox.count("password_reset", owner.email) == 1
    assert mailbox.count("password_reset", "nobody@example.com") == 0


async def test_a_reset_link_works_once_and_signs_everybody_out(http, owner, sign_in, mailbox):
    await http.post(f"{AUTH}/password/forgot", json={"email": owner.email})
    token = mailbox.last("password_reset", owner.email)["link"].split("token=")[1]
    weak = await http.post(f"{AUTH}/password/reset", json={"token": token, "new_password": "password123"})
    assert weak.json()["code"] == "weak_password"
    body = {"token": token, "new_password": NEW_PASSWORD}
    answers = await asyncio.gather(*(http.post(f"{AUTH}/password/reset", json=body) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 422, 422]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"invalid_code"}
    assert (await owner.get(f"{AUTH}/me")).status_code == 401
    signed_in = await sign_in(owner.email, NEW_PASSWORD)
    assert signed_in.body["user"]["email_verified_at"] is not None


async def test_a_reset_link_expires_after_half_an_hour(http, owner, mailbox, clock):
    await http.post(f"{AUTH}/password/forgot", json={"email": owner.email})
    token = mailbox.last("password_reset", owner.email)["link"].split("token=")[1]
    clock.advance(timedelta(minutes=31))
    answer = await http.post(f"{AUTH}/password/reset", json={"token": token, "new_password": NEW_PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_code")


async def test_an_address_is_proven_by_link(http, owner, mailbox):
    token = mailbox.last("email_verify", owner.email)["link"].split("token=")[1]
    assert (await http.post(f"{AUTH}/email/verify", json={"token": token})).json() == {"verified": True}
    assert (await http.post(f"{AUTH}/email/verify", json={"token": token})).json()["code"] == "invalid_code"
    assert (await owner.get(f"{AUTH}/me")).json()["user"]["email_verified_at"] is not None


async def test_an_address_is_proven_by_six_digits_within_five_tries(http, owner, mailbox):
    assert (await owner.post(f"{AUTH}/email/resend", {})).status_code == 202
    code = mailbox.last("email_verify", owner.email)["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(4):
        answer = await http.post(f"{AUTH}/email/verify", json={"email": owner.email, "code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_code")
    assert (await http.post(f"{AUTH}/email/verify", json={"email": owner.email, "code": code})).status_code == 200


async def test_after_five_wrong_codes_the_right_one_is_dead(http, owner, mailbox):
    code = mailbox.last("email_verify", owner.email)["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        await http.post(f"{AUTH}/email/verify", json={"email": owner.email, "code": wrong})
    answer = await http.post(f"{AUTH}/email/verify", json={"email": owner.email, "code": code})
    assert answer.json()["code"] == "invalid_code"


async def test_resending_says_nothing_about_who_exists(http, owner, mailbox):
    for email in (owner.email, "nobody@example.com"):
        assert (await http.post(f"{AUTH}/email/resend", json={"email": email})).status_code == 202
    assert mailbox.count("email_verify", owner.email) == 2
    assert mailbox.count("email_verify", "nobody@example.com") == 0


async def test_signing_in_with_a_second_factor(http, owner, clock, mailbox):
    secret, _ = await enrol(owner, clock)
    assert mailbox.count("mfa_changed", owner.email) == 1
    step_one = await http.post(f"{AUTH}/login", json={"email": owner.email, "password": PASSWORD})
    assert (step_one.status_code, step_one.json()["code"]) == (401, "mfa_required")
    challenge = step_one.json()["challenge"]
    wrong = await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "mfa_invalid")
    body = {"challenge": challenge, "code": code_at(secret, clock)}
    done = await http.post(f"{AUTH}/login/mfa", json=body)
    assert done.status_code == 200
    assert done.json()["user"]["mfa_enabled"] is True
    assert (await http.post(f"{AUTH}/login/mfa", json=body)).json()["code"] == "mfa_invalid"


async def test_a_code_works_once_even_for_two_sign_ins_at_the_same_moment(http, owner, clock):
    secret, _ = await enrol(owner, clock)
    login = {"email": owner.email, "password": PASSWORD}
    challenges = [(await http.post(f"{AUTH}/login", json=login)).json()["challenge"] for _ in range(3)]
    code = code_at(secret, clock)
    answers = await asyncio.gather(
        *(http.post(f"{AUTH}/login/mfa", json={"challenge": one, "code": code}) for one in challenges)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_a_challenge_dies_after_five_wrong_codes(http, owner, clock):
    secret, _ = await enrol(owner, clock)
    login = {"email": owner.email, "password": PASSWORD}
    challenge = (await http.post(f"{AUTH}/login", json=login)).json()["challenge"]
    for _ in range(5):
        await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": "000000"})
    answer = await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": code_at(secret, clock)})
    assert answer.json()["code"] == "mfa_invalid"


async def test_ten_wrong_codes_lock_the_second_factor_over_all_challenges(http, owner, clock):
    secret, _ = await enrol(owner, clock)
    login = {"email": owner.email, "password": PASSWORD}
    statuses = []
    for _ in range(3):
        challenge = (await http.post(f"{AUTH}/login", json=login)).json()["challenge"]
        for _ in range(4):
            answer = await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": "000000"})
            statuses.append(answer.status_code)
    assert statuses[:9] == [401] * 9
    assert statuses[9:] == [423] * 3
    challenge = (await http.post(f"{AUTH}/login", json=login)).json()["challenge"]
    answer = await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": code_at(secret, clock)})
    assert answer.json()["code"] == "account_locked"


async def test_a_recovery_code_works_once(http, owner, clock):
    _, codes = await enrol(owner, clock)
    assert len(codes) == 10
    login = {"email": owner.email, "password": PASSWORD}
    for expected in (200, 401):
        challenge = (await http.post(f"{AUTH}/login", json=login)).json()["challenge"]
        typed = codes[0].lower().replace("-", " ")
        answer = await http.post(f"{AUTH}/login/mfa", json={"challenge": challenge, "code": typed})
        assert answer.status_code == expected


async def test_new_recovery_codes_void_the_old_and_removal_needs_both(http, owner, clock, sign_in):
    secret, old = await enrol(owner, clock)
    fresh = await owner.post(f"{AUTH}/mfa/recovery-codes", {"code": code_at(secret, clock)})
    assert not set(fresh.json()["recovery_codes"]) & set(old)
    clock.advance(timedelta(seconds=30))
    body = {"password": "wrong", "code": code_at(secret, clock)}
    assert (await owner.send("DELETE", f"{AUTH}/mfa/totp", json=body)).json()["code"] == "invalid_credentials"
    body = {"password": PASSWORD, "code": old[1]}
    assert (await owner.send("DELETE", f"{AUTH}/mfa/totp", json=body)).json()["code"] == "mfa_invalid"
    body = {"password": PASSWORD, "code": code_at(secret, clock)}
    assert (await owner.send("DELETE", f"{AUTH}/mfa/totp", json=body)).status_code == 204
    await sign_in(owner.email)


async def test_an_enrolment_shows_a_scannable_code(owner):
    body = (await owner.post(f"{AUTH}/mfa/totp", {"password": PASSWORD})).json()
    assert body["otpauth_url"].startswith("otpauth://totp/")
    assert body["secret"] in body["otpauth_url"]
    assert body["qr_svg"].startswith("<svg")
    wrong = await owner.post(f"{AUTH}/mfa/totp", {"password": "wrong"})
    assert wrong.json()["code"] == "invalid_credentials"


async def test_a_ticket_opens_one_stream_once_within_a_minute(accounts, owner, clock):
    authenticator = TokenAuthenticator(accounts)
    ticket = (await owner.post(f"{AUTH}/ticket", {"audience": "events"})).json()["ticket"]
    principal = await authenticator.authenticate(None, ticket)
    assert principal is not None
    assert (principal.role, principal.tenant_id) == ("owner", owner.tenant_id)
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(None, ticket)
    stale = (await owner.post(f"{AUTH}/ticket", {"audience": "events"})).json()["ticket"]
    clock.advance(timedelta(seconds=61))
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(None, stale)


async def test_a_ticket_is_for_its_audience(accounts, owner):
    authenticator = TokenAuthenticator(accounts)
    noun = uuid7()
    ticket = (await owner.post(f"{AUTH}/ticket", {"audience": "monitor", "noun_id": str(noun)})).json()["ticket"]
    principal, redeemed = await authenticator.redeem(ticket, audience="monitor")
    assert (principal.actor_id, redeemed.noun_id) == (owner.user_id, noun)
    other = (await owner.post(f"{AUTH}/ticket", {"audience": "monitor"})).json()["ticket"]
    with pytest.raises(Unauthenticated):
        await authenticator.authenticate(None, other)


async def test_being_seen_is_noted_at_most_once_a_minute(owner, clock):
    async def seen():
        return (await owner.get(f"{AUTH}/me")).json()["user"]["last_seen_at"]

    first = await seen()
    clock.advance(timedelta(seconds=35))
    assert await seen() == first
    clock.advance(timedelta(seconds=35))
    assert await seen() > first
