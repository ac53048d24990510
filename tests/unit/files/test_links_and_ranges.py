"""Signed links end when they say, and ranges follow RFC 9110."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from callout.features.files.errors import LinkExpired, LinkUnknown, RangeRefused
from callout.features.files.links import LinkSigner
from callout.features.files.ranges import read_range
from callout.features.files.service import safe_name, with_suffix

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
SIGNER = LinkSigner(b"installation secret, long enough", "https://callout.test/")
TENANT, FILE = uuid4(), uuid4()


def token_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["token"][0]


def test_a_link_opens_its_file_until_it_ends() -> None:
    token = token_of(SIGNER.url(TENANT, FILE, NOW, 300))
    assert SIGNER.read(FILE, token, NOW + timedelta(seconds=299)).tenant_id == TENANT
    with pytest.raises(LinkExpired):
        SIGNER.read(FILE, token, NOW + timedelta(seconds=300))


def test_a_link_lives_from_30_seconds_to_a_day() -> None:
    short = SIGNER.read(FILE, token_of(SIGNER.url(TENANT, FILE, NOW, 1)), NOW)
    long = SIGNER.read(FILE, token_of(SIGNER.url(TENANT, FILE, NOW, 10**9)), NOW)
    assert short.expires_at - NOW.timestamp() == 30
    assert long.expires_at - NOW.timestamp() == 86_400


def test_a_lasting_link_never_ends() -> None:
    token = token_of(SIGNER.lasting_url(TENANT, FILE))
    assert SIGNER.read(FILE, token, NOW + timedelta(days=36_500)).file_id == FILE


def test_another_file_tenant_time_or_key_does_not_open() -> None:
    token = token_of(SIGNER.url(TENANT, FILE, NOW))
    end, _, signature = token.split(".")
    later = f"{int(end, 16) + 9999:x}"
    forged = [
        (uuid4(), token),
        (FILE, f"{end}.{uuid4().hex}.{signature}"),
        (FILE, f"{later}.{TENANT.hex}.{signature}"),
        (FILE, f"0.{TENANT.hex}.{signature}"),
        (FILE, "nonsense"),
        (FILE, token[:-1] + ("A" if token[-1] != "A" else "B")),
        (FILE, token_of(LinkSigner(b"another secret, also long enough", "").url(TENANT, FILE, NOW))),
    ]
    for file_id, bad in forged:
        with pytest.raises(LinkUnknown):
            SIGNER.read(file_id, bad, NOW)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None), ("bytes=0-", (0, 100)), ("bytes=0-0", (0, 1)), ("bytes=10-19", (10, 20)), ("bytes=-5", (95, 100)),
        ("bytes=90-500", (90, 100)), ("bytes=-500", (0, 100)), ("bytes=0-1,5-6", None), ("items=0-1", None),
        ("bytes=9-1", None), ("bytes=-", None),
    ],
)  # fmt: skip
def test_a_single_range_is_cut_to_the_file(header: str | None, expected: tuple[int, int] | None) -> None:
    assert read_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=500-600"])
def test_a_range_outside_the_file_is_refused(header: str) -> None:
    with pytest.raises(RangeRefused) as refusal:
        read_range(header, 100)
    assert refusal.value.headers == {"Content-Range": "bytes */100"}


def test_names_lose_paths_and_control_characters() -> None:
    assert safe_name("..\\..\\etc/pass\r\nwd.jpg") == "passwd.jpg"
    assert safe_name("../") == "file"
    assert len(safe_name("x" * 500 + ".jpg")) == 200
    assert with_suffix("IMG_1.HEIC", "image/jpeg") == "IMG_1.jpg"
    assert with_suffix("a.JPEG", "image/jpeg") == "a.JPEG"
