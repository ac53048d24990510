"""What reports need to know of the tenant."""

from typing import Protocol

from callout.features.analytics.reports import Books
from callout.kit.db.work import Work


class Bookkeeping(Protocol):
    """The tenant's zone and currency."""

    async def books(self, work: Work) -> Books:
        """Zone and currency of the tenant of this unit of work."""
        ...
