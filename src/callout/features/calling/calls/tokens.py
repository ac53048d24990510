"""The key a call's audio is connected with: names its call, works once, for five minutes. Pure but for randomness."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

import msgspec

LIFETIME = timedelta(minutes=5)
_SECRET_BYTES = 24


class CallToken(msgspec.Struct, frozen=True):
    """What a token names."""

    tenant_id: UUID
    call_id: UUID


def new_token(tenant_id: UUID, call_id: UUID) -> str:
    """A fresh token of a call: 75 URL-safe characters."""
    raw = tenant_id.bytes + call_id.bytes + secrets.token_bytes(_SECRET_BYTES)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def read_token(token: str) -> CallToken | None:
    """What a token names; whether it is good only its hash on the call tells."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    if len(raw) != 32 + _SECRET_BYTES:
        return None
    return CallToken(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]))


def token_hash(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()
