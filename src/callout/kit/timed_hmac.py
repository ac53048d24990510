"""HMAC-SHA256 over a Unix time and a raw body: the scheme several webhook senders share."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

Verdict = Literal["ok", "bad_signature", "stale"]

TOLERANCE_S = 300
"""How far the time in a signature may be from ours, in seconds, either way."""


def sign(secret: str, at: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of `<at>.<body>`; `at` is a Unix time in seconds."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def check_timed_hmac(
    at: str,
    signatures: Iterable[str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
) -> Verdict:
    """Checks digests over `<at>.<body>`; a true signature with an old or future time is stale.

    Args:
        at: Unix time in seconds as sent.
        signatures: hex digests sent, several while a secret is rotated.
        body: the bytes as received.
        secrets: every secret valid now.
        now: aware UTC.
    """
    if not (at.isascii() and at.isdigit() and len(at) <= 12):
        return "bad_signature"
    given = [signature.strip().lower().removeprefix("sha256=").encode() for signature in signatures]
    genuine = False
    for secret in secrets:
        expected = sign(secret, at, body).encode()
        for signature in given:
            genuine |= hmac.compare_digest(expected, signature)
    if not genuine:
        return "bad_signature"
    return "ok" if abs(now.timestamp() - int(at)) <= TOLERANCE_S else "stale"


def key_values(header: str) -> Mapping[str, list[str]]:
    """`t=1,v0=a,v0=b` as lists by key."""
    found: dict[str, list[str]] = {}
    for part in header.split(","):
        key, _, value = part.strip().partition("=")
        if value:
            found.setdefault(key, []).append(value)
    return found
