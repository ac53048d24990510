"""Signatures of the generic webhook: `x-callout-signature: t=…,v1=…`, HMAC-SHA256 of `<t>.<raw body>`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from callout.kit.timed_hmac import Verdict, check_timed_hmac, key_values

HEADER = "x-callout-signature"


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Verdict:
    """Implements `SignatureCheck` for anybody who signs the way we do."""
    parts = key_values(headers.get(HEADER, ""))
    return check_timed_hmac(parts.get("t", [""])[0], parts.get("v1", []), body, secrets, now)
