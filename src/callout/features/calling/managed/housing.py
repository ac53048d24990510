"""Keeps our agents at the provider as they are here: told when they changed, made anew when they are gone."""

import hashlib
from uuid import UUID

import msgspec

from callout.features.calling.managed import store
from callout.features.calling.managed.ports import ManagedAgent, ManagedCalls
from callout.features.calling.managed.tables import ManagedAgentCopy
from callout.features.calling.ports import Chosen
from callout.kit.db.database import Database
from callout.kit.principal import Principal


async def house(
    database: Database, principal: Principal, chosen: Chosen[ManagedCalls], agent_id: UUID, agent: ManagedAgent
) -> str:
    """The provider's id of an agent that is there as described; safe against rivals.

    Args:
        database: opens short transactions; none is open while the provider is asked.
        principal: of the tenant.
        chosen: the account.
        agent_id: ours.
        agent: how it is to speak.

    Raises:
        NotThere: no such voice.
        ProviderFailed: as its subclasses say.
    """
    digest = hashlib.sha256(msgspec.json.encode(agent)).digest()
    async with database.transaction(principal) as work:
        known = await store.find(work, agent_id, chosen.key_id)
        before = known.external_id if known is not None else None
        if known is not None and known.digest == digest:
            return known.external_id
    made = await chosen.adapter.put_agent(agent, before)
    copy = ManagedAgentCopy(
        agent_id=agent_id,
        provider=chosen.adapter.provider,
        key_id=chosen.key_id,
        external_id=made,
        digest=digest,
    )
    async with database.transaction(principal) as work:
        in_use = await store.keep(work, copy, replaces=before)
    if in_use != made:
        await chosen.adapter.delete_agent(made)
    return in_use


async def forget(database: Database, principal: Principal, chosen: Chosen[ManagedCalls], agent_id: UUID) -> None:
    """Has the agent made anew at the next call: the provider lost it."""
    async with database.transaction(principal) as work:
        await store.forget(work, agent_id, chosen.key_id)
