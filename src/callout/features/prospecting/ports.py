"""What prospecting needs from outside: a place for uploaded files and the tenant's country."""

from typing import Protocol
from uuid import UUID

from callout.kit.db.work import Work


class FileStore(Protocol):
    """Keeps uploaded files until they are imported."""

    async def keep(self, work: Work, filename: str, data: bytes) -> UUID:
        """Stores an import file and returns its id."""
        ...

    async def read(self, work: Work, file_id: UUID) -> bytes:
        """The bytes of a stored file."""
        ...


class Tenancy(Protocol):
    """What prospecting must know of the tenant."""

    async def country(self, work: Work) -> str:
        """The tenant's country (ISO 3166-1 alpha-2): the default region of phones."""
        ...
