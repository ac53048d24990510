"""Who knows the tickets that sockets are opened with."""

from typing import Protocol

from callout.features.accounts.tickets import Ticket
from callout.kit.db.work import Work
from callout.kit.principal import Principal


class Doorkeeper(Protocol):
    """Knows people by their tickets."""

    async def redeem(self, ticket: str, *, audience: str) -> tuple[Principal, Ticket]:
        """Uses a ticket up. Raises Unauthenticated when it is not valid, used, or made for something else."""

    async def still_stands(self, work: Work) -> bool:
        """Whether the principal of a long-lived unit is still who it was when it began."""
