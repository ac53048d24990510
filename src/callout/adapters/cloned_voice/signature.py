"""Webhook signatures of the cloned-voice service: hex HMAC-SHA256 of `<x-timestamp>.<raw body>`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from callout.kit.timed_hmac import Verdict, check_timed_hmac

_HEADERS = ("x-cloned-voice-signature", "x-signature")


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Verdict:
    """Implements `SignatureCheck` for the cloned-voice service."""
    given = [headers[name] for name in _HEADERS if name in headers]
    return check_timed_hmac(headers.get("x-timestamp", ""), given, body, secrets, now)
