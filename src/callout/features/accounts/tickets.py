"""One-time tickets for sockets and event streams, which cannot send headers."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from callout.features.accounts.context import Accounts
from callout.features.accounts.one_time_tokens import make_token, tenant_of_token, use_up
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.principal import Principal

LIFETIME_S = 60


class Ticket(NamedTuple):
    """What a ticket was made for."""

    tenant_id: UUID
    session_id: UUID
    audience: str
    noun_id: UUID | None


async def issue_ticket(work: Work, *, audience: str, noun_id: UUID | None) -> str:
    """A ticket for the signed-in user, good once within 60 s."""
    context = {
        "session_id": str(work.principal.session_id),
        "audience": audience,
        "noun_id": str(noun_id) if noun_id else None,
    }
    return await make_token(work, "ws_ticket", subject_id=work.principal.actor_id, context=context)


async def redeem_ticket(accounts: Accounts, token: str) -> Ticket:
    """Uses a ticket up.

    Raises:
        Unauthenticated: unknown, expired or used.
    """
    async with accounts.database.lookup() as lookup:
        tenant_id = await tenant_of_token(lookup, "ws_ticket", token)
    if tenant_id is None:
        raise Unauthenticated("This ticket is not valid.")
    async with accounts.database.transaction(Principal.system(tenant_id)) as work:
        row = await use_up(work, "ws_ticket", token)
    if row is None or row.context is None:
        raise Unauthenticated("This ticket was used already or has expired.")
    noun = row.context["noun_id"]
    return Ticket(tenant_id, UUID(row.context["session_id"]), row.context["audience"], UUID(noun) if noun else None)
