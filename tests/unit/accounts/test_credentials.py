"""Tokens, keys, codes, passwords and pace: the pure parts of signing in."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import jwt
import pyotp
import pytest

from callout.features.accounts.access_tokens import AccessTokens
from callout.features.accounts.audit import without_secrets
from callout.features.accounts.errors import TokenExpired
from callout.features.accounts.invitation_public_api import is_allowed_target
from callout.features.accounts.password_hashing import Passwords
from callout.features.accounts.password_policy import weakness
from callout.features.accounts.permissions import AccountBlocked, AccountPending, Forbidden, check
from callout.features.accounts.refresh_tokens import (
    Rotation,
    Verdict,
    judge,
    new_refresh_token,
    read_refresh_token,
)
from callout.features.accounts.sign_in_pace import LOCKING_ATTEMPT, next_attempt, pause_before
from callout.features.accounts.sign_up import slug_of, usual_currency, usual_zone
from callout.features.accounts.signing_keys import SigningKeys
from callout.features.accounts.totp import matching_step, new_recovery_codes, new_secret, recovery_hash
from callout.kit.errors import Unauthenticated
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


@pytest.fixture
def tokens(tmp_path):
    return AccessTokens(SigningKeys(tmp_path / "keys"), issuer="https://callout.test")


def issue(tokens, **more):
    who = {"user_id": uuid7(), "tenant_id": uuid7(), "role": "owner", "session_id": uuid7()}
    return tokens.issue(**{**who, "now": NOW, **more})


def test_a_token_reads_back_until_its_last_second(tokens):
    user = uuid7()
    token = issue(tokens, user_id=user)
    claims = tokens.read(token, NOW + timedelta(minutes=15) - timedelta(seconds=1))
    assert (claims.user_id, claims.role) == (user, "owner")
    with pytest.raises(TokenExpired):
        tokens.read(token, NOW + timedelta(minutes=15))


def test_forged_tokens_are_refused(tokens, tmp_path):
    other = AccessTokens(SigningKeys(tmp_path / "others"), issuer=tokens.issuer)
    foreign = AccessTokens(tokens.keys, issuer="https://elsewhere.test")
    genuine = issue(tokens)
    head, body, signature = genuine.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    raised = base64.urlsafe_b64encode(json.dumps({**claims, "tid": str(uuid7())}).encode()).rstrip(b"=").decode()
    public = tokens.keys.jwks()["keys"][0]
    confused = jwt.encode(claims, public["x"] * 2, algorithm="HS256", headers={"kid": public["kid"]})
    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": public["kid"]})
    bad = [issue(other), issue(foreign), f"{head}.{raised}.{signature}", confused, unsigned, f"{head}.{body}.", "x.y.z"]
    for token in bad:
        with pytest.raises(Unauthenticated) as refusal:
            tokens.read(token, NOW)
        assert refusal.value.code == "unauthenticated"


def test_a_rotated_key_still_verifies_and_the_newest_signs(tmp_path):
    directory = tmp_path / "keys"
    before = AccessTokens(SigningKeys(directory), issuer="i")
    token = issue(before)
    spare = tmp_path / "spare"
    SigningKeys(spare)
    (spare / "ed25519-0001.pem").rename(directory / "ed25519-0002.pem")
    after = AccessTokens(SigningKeys(directory), issuer="i")
    assert after.read(token, NOW)
    assert len(after.keys.jwks()["keys"]) == 2
    assert jwt.get_unverified_header(issue(after))["kid"] != jwt.get_unverified_header(token)["kid"]


def test_processes_that_start_at_once_share_one_key_nobody_else_can_read(tmp_path):
    directory = tmp_path / "keys"
    with ThreadPoolExecutor(8) as threads:
        kids = {keys.current.kid for keys in threads.map(lambda _: SigningKeys(directory), range(8))}
    assert len(kids) == 1
    (file,) = directory.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


class TestRefreshTokens:
    def setup_method(self):
        self.first = new_refresh_token(uuid7())
        self.second = self.first.successor("salt")
        self.memory = Rotation(
            self.first.family_hash, self.second.rotation_hash, self.first.rotation_hash, NOW, "Firefox"
        )

    def verdict(self, token, *, after=0, user_agent="Firefox"):
        return judge(token, self.memory, user_agent=user_agent, now=NOW + timedelta(seconds=after))

    def test_it_survives_its_own_text_form(self):
        assert read_refresh_token(str(self.first)) == self.first

    @pytest.mark.parametrize("text", ["", "cor_", "cor_x.y.z", "cok_" + "0" * 32 + ".a.b", "cor_" + "0" * 32 + "..b"])
    def test_other_texts_are_none(self, text):
        assert read_refresh_token(text) is None

    def test_the_current_one_is_current_and_its_predecessor_excused_for_ten_seconds(self):
        assert self.verdict(self.second) is Verdict.CURRENT
        assert self.verdict(self.first, after=10) is Verdict.REPEATED
        assert self.verdict(self.first, after=11) is Verdict.REUSED
        assert self.verdict(self.first, after=1, user_agent="curl") is Verdict.REUSED

    def test_a_guess_is_unknown_not_a_reuse(self):
        assert self.verdict(new_refresh_token(self.first.family_id)) is Verdict.UNKNOWN

    def test_the_successor_depends_on_token_and_salt(self):
        assert self.first.successor("salt") == self.second
        assert len({self.first.successor("other").rotation_secret, self.second.rotation_secret}) == 2


class TestCodes:
    def test_a_code_counts_one_step_either_way_and_once(self):
        secret = new_secret()
        app = pyotp.TOTP(secret)
        for drift, is_right in ((-60, False), (-30, True), (0, True), (30, True), (60, False)):
            step = matching_step(secret, app.at(NOW + timedelta(seconds=drift)), NOW, None)
            assert (step is not None) is is_right
        used = matching_step(secret, app.at(NOW), NOW, None)
        assert used == int(NOW.timestamp()) // 30
        assert matching_step(secret, app.at(NOW), NOW, used) is None
        assert matching_step(secret, app.at(NOW - timedelta(seconds=30)), NOW, used) is None
        assert matching_step(secret, app.at(NOW + timedelta(seconds=30)), NOW, used) == used + 1

    @pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16"])
    def test_other_shapes_are_wrong(self, code):
        assert matching_step(new_secret(), code, NOW, None) is None

    def test_recovery_codes_are_ten_different_ones_however_typed(self):
        codes, hashes = new_recovery_codes()
        assert len(set(codes)) == len(set(hashes)) == 10
        assert recovery_hash(codes[0].lower().replace("-", "  ")) == hashes[0]


class TestPace:
    def test_the_fifth_attempt_waits_and_each_further_one_twice_as_long(self):
        assert [pause_before(number) for number in range(1, 11)] == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32]

    def test_the_window_and_the_lock_end(self):
        later = NOW + timedelta(minutes=16)
        assert next_attempt(9, NOW, None, NOW).number == LOCKING_ATTEMPT
        assert next_attempt(10, NOW, None, NOW).locked_until == NOW + timedelta(minutes=15)
        assert next_attempt(9, NOW, None, later).number == 1
        assert next_attempt(10, NOW, NOW + timedelta(minutes=15), NOW + timedelta(minutes=14)).locked_until
        assert next_attempt(10, NOW, NOW + timedelta(minutes=15), later) == (1, 0.0, None)


@pytest.mark.parametrize(
    "password",
    [
        *(
            "short",
            "x" * 129,
            "password12",
            "Password123!",
            "P4ssw0rd2024",
            "letmein2024!!",
            "iloveyou123",
            "aaaaaaaaaaa",
        ),
        *("abcabcabcabc", "1234567890", "0987654321", "qwertyuiop", "asdfghjkl;1", "abcdefghij", "1q2w3e4r5t"),
        *("passwordpassword", "olive.owner1", "brighthomes", "olive12345"),
    ],
)
def test_easy_passwords_are_refused(password):
    assert weakness(password, personal=("olive.owner@example.com", "Olive Owner", "brighthomes"))


@pytest.mark.parametrize(
    "password",
    [
        "brackish-otter-42",
        "tj3!kf9xQp",
        "correct horse battery",
        "\u043c\u043e\u0439-\u043f\u0430\u0440\u043e\u043b\u044c-\u0443\u0442\u043a\u0430",
        "olive trees bend slowly",
    ],
)
def test_others_are_fine(password):
    assert weakness(password, personal=("olive.owner@example.com", "Olive Owner")) is None


def test_vendors_may_have_eight_characters():
    assert weakness("tj3!kf9x", minimum=8) is None
    assert weakness("tj3!kf9x")


async def test_hashes_use_the_specified_cost_and_verify():
    passwords = Passwords()
    hashed = await passwords.hash("brackish-otter-42")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await passwords.verify(hashed, "brackish-otter-42")
    assert not await passwords.verify(hashed, "brackish-otter-43")
    assert not await passwords.verify(None, "nobody has this password")
    assert not await passwords.verify("not a hash", "x")
    passwords.close()


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("/console", True),
        ("https://callout.test/console", True),
        ("https://APP.example.com/x?y=1", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("https://app.example.com@evil.example", False),
        ("https://app.example.com.evil.example", False),
        ("javascript:alert(1)", False),
        (" https://app.example.com", False),
        ("http://app.example.com", False),
        ("", False),
    ],
)
def test_links_lead_only_where_they_may(url, is_allowed):
    assert is_allowed_target(url, "https://callout.test", ("https://app.example.com",)) is is_allowed


def test_secrets_leave_the_trail_at_any_depth():
    given = {"name": "x", "api_key": "k", "inner": [{"webhook_token": "t", "password_hash": "h"}], "token_cap": 5}
    assert without_secrets(given) == {
        "name": "x",
        "api_key": "[removed]",
        "inner": [{"webhook_token": "[removed]", "password_hash": "[removed]"}],
        "token_cap": 5,
    }


def test_a_vendors_standing_narrows_its_permissions():
    def vendor(status):
        return Principal(role="vendor", tenant_id=uuid7(), session_id=uuid7(), status=status, status_reason="late")

    check(vendor("verified"), "offer.accept")
    check(vendor("suspended"), "offer.accept")
    check(vendor("pending"), "vendor.update")
    check(vendor("blocked"), "notification.read")
    with pytest.raises(AccountPending):
        check(vendor("pending"), "offer.accept")
    with pytest.raises(AccountBlocked) as refusal:
        check(vendor("blocked"), "vendor.update")
    assert refusal.value.members == {"reason": "late"}
    with pytest.raises(Forbidden):
        check(vendor("verified"), "order.assign")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Bright Homes", "bright-homes"),
        ("Café Ümlaut & Söhne", "cafe-umlaut-sohne"),
        ("A", "a-business"),
        ("清掃", "business"),
    ],
)
def test_a_name_becomes_a_slug(name, slug):
    assert slug_of(name) == slug
    assert len(slug_of("x" * 120, suffix="abcd")) <= 40


def test_a_country_tells_zone_and_currency():
    assert (usual_zone("US"), usual_currency("US")) == ("America/New_York", "USD")
    assert (usual_zone("PK"), usual_currency("PK")) == ("Asia/Karachi", "PKR")
    assert (usual_zone("DE"), usual_currency("DE")) == ("Europe/Berlin", "EUR")
