"""Who may open a socket or a stream that cannot send headers: by a one-time ticket, or by the Authorization header."""

from typing import Any, Protocol
from uuid import UUID

from litestar.connection import ASGIConnection

from callout.features.accounts.permissions import Permission
from callout.features.accounts.tickets import Ticket
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden
from callout.kit.principal import Principal

Connection = ASGIConnection[Any, Any, Any, Any]


class Doorkeeper(Protocol):
    """Knows people by their tickets."""

    async def redeem(self, ticket: str, *, audience: str) -> tuple[Principal, Ticket]:
        """Uses a ticket up. Raises Unauthenticated when it is not valid, used, or made for something else."""

    async def still_stands(self, work: Work) -> bool:
        """Whether the principal of a long-lived unit is still who it was when it began."""


async def enter(
    connection: Connection, doorkeeper: Doorkeeper, permission: Permission, *, audience: str, noun_id: UUID
) -> Principal:
    """Who is at the door of a public route, and may come in.

    Args:
        connection: with a `ticket` in its query, or recognised by its header already.
        doorkeeper: knows tickets.
        permission: what they need.
        audience: what the ticket has to be made for.
        noun_id: what it is about; a ticket for something else is refused.

    Raises:
        Unauthenticated: nobody who is known.
        Forbidden: somebody who may not.
    """
    if (ticket := connection.query_params.get("ticket")) is not None:
        principal, shown = await doorkeeper.redeem(ticket, audience=audience)
        if shown.noun_id not in {None, noun_id}:
            raise Forbidden("This ticket is for something else.")
        connection.scope["user"] = principal
    await permission(connection, connection.route_handler)
    return connection.scope["user"]  # type: ignore[no-any-return]  # the permission found a principal
