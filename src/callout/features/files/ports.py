"""What files need from outside: a place for bytes."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import BinaryIO, Protocol

import msgspec


class StoredObject(msgspec.Struct, frozen=True):
    """One object of the store."""

    key: str
    bytes: int
    written_at: datetime


class ObjectStore(Protocol):
    """Bytes under keys such as `files/<tenant>/<file>/original`. Objects are written once and never changed."""

    async def put(self, key: str, data: bytes | BinaryIO, content_type: str) -> None:
        """Writes an object; a stream is read from where it stands, in parts. Raises UpstreamFailed."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Streams the bytes from `start` to before `end`. Raises ObjectMissingError at the first part."""
        ...

    async def delete(self, keys: Sequence[str]) -> None:
        """Removes objects; missing ones are fine."""
        ...

    def walk(self, prefix: str, after: str | None = None) -> AsyncIterator[StoredObject]:
        """Lists objects under a prefix in the order of their keys, those after `after` only."""
        ...


class ObjectMissingError(LookupError):
    """There is no object under this key."""
