"""ElevenLabs webhook signatures.

`ElevenLabs-Signature: t=<unix seconds>,v0=<hex>` is the HMAC-SHA256 of `<t>.<raw body>`
(ElevenLabs, "Authenticate webhooks with HMAC"). Older integrations send `x-elevenlabs-signature` or `x-signature`
with the hex digest, and the time in `x-timestamp`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from callout.kit.timed_hmac import Verdict, check_timed_hmac, key_values

HEADER = "elevenlabs-signature"
_LEGACY_HEADERS = ("x-elevenlabs-signature", "x-signature")


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> Verdict:
    """Implements `SignatureCheck` for ElevenLabs."""
    if value := headers.get(HEADER):
        parts = key_values(value)
        return check_timed_hmac(parts.get("t", [""])[0], parts.get("v0", []), body, secrets, now)
    given = [headers[name] for name in _LEGACY_HEADERS if name in headers]
    return check_timed_hmac(headers.get("x-timestamp", ""), given, body, secrets, now)
