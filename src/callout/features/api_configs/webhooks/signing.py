"""How deliveries are signed: `x-callout-signature: t=…,v1=…`, HMAC-SHA256 of `<t>.<raw body>`. Pure but for secrets."""

import secrets as _secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from callout.kit.timed_hmac import sign

HEADER = "x-callout-signature"
PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh secret."""
    return PREFIX + _secrets.token_urlsafe(32)


def purpose(tenant_id: UUID, endpoint_id: UUID) -> str:
    """What a sealed secret is bound to."""
    return f"{tenant_id}:webhook:{endpoint_id}"


def signature(body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """The header's value: the time, and one digest for each secret that is valid now."""
    at = str(int(now.timestamp()))
    return ",".join([f"t={at}", *(f"v1={sign(secret, at, body)}" for secret in secrets)])
