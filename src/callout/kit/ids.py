"""Time-ordered identifiers."""

from uuid import UUID

import uuid_utils


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): unique, and sorted by creation time."""
    return UUID(int=uuid_utils.uuid7().int)
