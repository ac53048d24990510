"""Rehearses an agent from the command line: one of a file, or a stored one found by id or name."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from callout.features.calling.agents.tables import Agent
from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.agent_file import read_agent
from callout.features.calling.rehearsal.personas import all_personas, chosen
from callout.features.calling.rehearsal.rehearse import Rehearsal, rehearse_all
from callout.features.calling.rehearsal.text_call import rehearsal_brief
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.run.errors import RunError
from callout.settings import Settings


def rehearse_agent(settings: Settings, agent: str, personas: Sequence[str], seeds: Sequence[int]) -> list[Rehearsal]:
    """Plays an agent against personas and seeds.

    Args:
        settings: say where stored agents are.
        agent: path of a TOML file, or id or name of a stored agent.
        personas: their codes; all of them when empty.
        seeds: one call each.

    Raises:
        RunError: no such agent or persona; the message says what there is.
    """
    known = {persona.code for persona in all_personas()}
    if unknown := [code for code in personas if code not in known]:
        raise RunError(f"There is no persona {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")
    now = datetime.now(UTC)
    path = Path(agent)
    if path.suffix == ".toml":
        try:
            brief = read_agent(path, now)
        except (OSError, ValueError) as problem:
            raise RunError(str(problem)) from problem
    else:
        brief = asyncio.run(_stored(settings, agent))
    return asyncio.run(rehearse_all(brief, chosen(list(personas)), seeds, now))


async def _stored(settings: Settings, agent: str) -> Brief:
    from callout.run import provisioning, wiring  # noqa: PLC0415 - an agent of a file needs no installation

    made = wiring.build(provisioning.lay(settings).installation)
    try:
        tenant_id, agent_id = await find_agent(made.database, agent)
        async with made.database.transaction(Principal.system(tenant_id)) as work:
            return await rehearsal_brief(work, agent_id)
    finally:
        await made.close()


async def find_agent(database: Database, agent: str) -> tuple[UUID, UUID]:
    """The tenant and id of the one agent with an id or a name.

    Raises:
        RunError: there is none, or there are several of that name.
    """
    query = select(Agent.tenant_id, Agent.id, Agent.name).where(Agent.deleted_at.is_(None))
    try:
        query = query.where(Agent.id == UUID(agent))
    except ValueError:
        query = query.where(Agent.name.ilike(agent.replace("%", r"\%").replace("_", r"\_")))
    async with database.lookup() as work:
        rows = list(await work.session.execute(query.limit(10)))
    if not rows:
        raise RunError(f"There is no agent {agent}. Give its id, its name, or a TOML file.")
    if len(rows) > 1:
        raise RunError(
            f"Several agents are called {agent}. Give one of their ids: {', '.join(str(row.id) for row in rows)}."
        )
    return rows[0].tenant_id, rows[0].id
