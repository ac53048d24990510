"""The SQL of agents."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Select, cast, func, select, update
from sqlalchemy.dialects.postgresql import JSONB

from callout.features.calling.agents.tables import Agent, KnowledgeBase
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


def agents(work: Work) -> Select[Agent]:
    """The tenant's agents."""
    return select(Agent).where(Agent.tenant_id == work.tenant_id, Agent.deleted_at.is_(None))


async def fetch(work: Work, agent_id: UUID, *, lock: bool = False) -> Agent:
    """One agent. Raises NotFound."""
    query = agents(work).where(Agent.id == agent_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def find(work: Work, agent_id: UUID) -> Agent | None:
    """One agent, if there is one."""
    return (await work.session.execute(agents(work).where(Agent.id == agent_id))).scalar_one_or_none()


async def by_ids(work: Work, agent_ids: Iterable[UUID]) -> dict[UUID, Agent]:
    """Some agents, deleted ones too: calls and campaigns still name them."""
    query = select(Agent).where(Agent.tenant_id == work.tenant_id, Agent.id.in_(set(agent_ids)))
    return {row.id: row for row in (await work.session.execute(query)).scalars()}


async def matching(work: Work, q: str | None) -> list[Agent]:
    """All agents whose name or description holds some words."""
    query = agents(work)
    if q:
        query = query.where(Agent.name.icontains(q, autoescape=True) | Agent.description.icontains(q, autoescape=True))
    return list((await work.session.execute(query.order_by(Agent.id))).scalars())


async def count(work: Work) -> int:
    """How many agents the tenant has: what its plan limits."""
    query = select(func.count()).where(Agent.tenant_id == work.tenant_id, Agent.deleted_at.is_(None))
    return int(await work.session.scalar(query) or 0)


async def with_voice(work: Work, voice_id: UUID, *, lock: bool = False) -> list[Agent]:
    """Agents that speak with a voice."""
    query = agents(work).where(Agent.voice_id == voice_id).order_by(Agent.id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return list((await work.session.execute(query)).scalars())


async def knowing(work: Work, base_id: UUID) -> list[Agent]:
    """Agents that may look something up in a knowledge base."""
    query = agents(work).where(cast(Agent.knowledge_base_ids, JSONB).contains([str(base_id)])).order_by(Agent.id)
    return list((await work.session.execute(query)).scalars())


async def of_number(work: Work, number_id: UUID) -> list[Agent]:
    """Agents that call from a number."""
    query = agents(work).where(Agent.phone_number_id == number_id).order_by(Agent.id)
    return list((await work.session.execute(query)).scalars())


async def forget_number(work: Work, number_id: UUID) -> None:
    """Has agents call from another number than this one."""
    statement = (
        update(Agent)
        .where(Agent.tenant_id == work.tenant_id, Agent.phone_number_id == number_id)
        .values(phone_number_id=None, version=Agent.version + 1, updated_at=work.now)
        .execution_options(synchronize_session=False)
    )
    await work.session.execute(statement)


async def bases(work: Work, base_ids: Iterable[UUID]) -> dict[UUID, KnowledgeBase]:
    """Some knowledge bases."""
    query = select(KnowledgeBase).where(
        KnowledgeBase.tenant_id == work.tenant_id,
        KnowledgeBase.id.in_(set(base_ids)),
        KnowledgeBase.deleted_at.is_(None),
    )
    return {row.id: row for row in (await work.session.execute(query)).scalars()}
