"""The rotating refresh token: `cor_<family>.<family secret>.<rotation secret>` (pure).

The family secret stays the same over all rotations and proves that its bearer once held a genuine token of that
session; the rotation secret changes at each use. A genuine family with an old rotation secret is therefore a reuse,
while a guess is merely unknown. The next rotation secret is derived from the one handed in, so that a repetition of the
same refresh (two tabs, a lost answer) is answered with the very same successor.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from callout.kit.secrets import hash_token, new_token, same

PREFIX = "cor_"
GRACE = timedelta(seconds=10)


class RefreshToken(NamedTuple):
    """A refresh token taken apart."""

    family_id: UUID
    family_secret: str
    rotation_secret: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.family_id.hex}.{self.family_secret}.{self.rotation_secret}"

    @property
    def family_hash(self) -> str:
        return hash_token(self.family_secret)

    @property
    def rotation_hash(self) -> str:
        return hash_token(self.rotation_secret)

    def successor(self, salt: str) -> RefreshToken:
        """The token that replaces this one; `salt` is the session's own and never leaves the database."""
        derived = hashlib.sha256(f"{salt}.{self.family_id.hex}.{self.rotation_secret}".encode()).hexdigest()
        return self._replace(rotation_secret=derived)


class Verdict(Enum):
    """What the presented token is to its session."""

    CURRENT = "current"
    REPEATED = "repeated"
    REUSED = "reused"
    UNKNOWN = "unknown"


class Rotation(NamedTuple):
    """What a session remembers of its tokens."""

    family_hash: str
    refresh_hash: str
    previous_hash: str | None
    rotated_at: datetime | None
    user_agent: str


def new_refresh_token(family_id: UUID) -> RefreshToken:
    """The first token of a new family."""
    return RefreshToken(family_id, new_token(24), new_token(32))


def read_refresh_token(text: str) -> RefreshToken | None:
    """Takes a token apart; None when it has another shape."""
    family, dot, rest = text.removeprefix(PREFIX).partition(".")
    family_secret, second_dot, rotation_secret = rest.partition(".")
    if not (text.startswith(PREFIX) and dot and second_dot and family_secret and rotation_secret and text.isascii()):
        return None
    try:
        return RefreshToken(UUID(hex=family), family_secret, rotation_secret)
    except ValueError:
        return None


def judge(token: RefreshToken, rotation: Rotation, *, user_agent: str, now: datetime) -> Verdict:
    """Compares a presented token with what the session remembers.

    The immediate predecessor is excused for ten seconds on the same device.
    """
    if not same(token.family_hash, rotation.family_hash):
        return Verdict.UNKNOWN
    if same(token.rotation_hash, rotation.refresh_hash):
        return Verdict.CURRENT
    is_previous = rotation.previous_hash is not None and same(token.rotation_hash, rotation.previous_hash)
    is_recent = rotation.rotated_at is not None and now - rotation.rotated_at <= GRACE
    if is_previous and is_recent and user_agent == rotation.user_agent:
        return Verdict.REPEATED
    return Verdict.REUSED
