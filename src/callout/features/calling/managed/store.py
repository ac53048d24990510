"""The SQL of managed agents."""

from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.calling.managed.tables import ManagedAgentCopy
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


async def find(work: Work, agent_id: UUID, key_id: str) -> ManagedAgentCopy | None:
    """The agent as the account of a key has it."""
    return (await work.session.execute(_copy(work, agent_id, key_id))).scalar_one_or_none()


async def keep(work: Work, copy: ManagedAgentCopy, *, replaces: str | None) -> str:
    """Keeps an agent a provider made or changed.

    Args:
        work: the transaction.
        copy: as it stands there now.
        replaces: the id it had before; None for the first one.

    Returns:
        The id that is in use: a rival's, where one was faster.
    """
    row = {
        "agent_id": copy.agent_id,
        "provider": copy.provider,
        "key_id": copy.key_id,
        "external_id": copy.external_id,
        "digest": copy.digest,
    }
    own = {"id": uuid7(), "tenant_id": work.tenant_id, "created_at": work.now, "updated_at": work.now, "version": 1}
    statement = insert(ManagedAgentCopy).values({**row, **own})
    told = {name: statement.excluded[name] for name in ("external_id", "digest", "updated_at")}
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[ManagedAgentCopy.agent_id, ManagedAgentCopy.key_id],
            set_=told,
            where=ManagedAgentCopy.external_id == (replaces or copy.external_id),
        )
    )
    query = _copy(work, copy.agent_id, copy.key_id).execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one().external_id


async def forget(work: Work, agent_id: UUID, key_id: str) -> None:
    """Forgets an agent the provider does not have any more."""
    table = ManagedAgentCopy
    await work.session.execute(
        delete(table).where(table.tenant_id == work.tenant_id, table.agent_id == agent_id, table.key_id == key_id)
    )


def _copy(work: Work, agent_id: UUID, key_id: str) -> Select[ManagedAgentCopy]:
    table = ManagedAgentCopy
    return select(table).where(table.tenant_id == work.tenant_id, table.agent_id == agent_id, table.key_id == key_id)
