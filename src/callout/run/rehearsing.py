"""Rehearses an agent from the command line: one of a file, or a stored one found by id or name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.calling.agents.tables import Agent
from callout.features.calling.brain.brief import Brief
from callout.features.calling.rehearsal.agent_file import read_agent
from callout.features.calling.rehearsal.personas import Persona, all_personas, chosen
from callout.features.calling.rehearsal.play import Thinker
from callout.features.calling.rehearsal.rehearse import Rehearsal, rehearse_all
from callout.features.calling.rehearsal.text_call import rehearsal_brief
from callout.kit.db.database import Database
from callout.kit.principal import Principal
from callout.run import voice_extra
from callout.run.errors import RunError
from callout.settings import Settings

if TYPE_CHECKING:
    from callout.run.rehearsing_models import RehearsalModel


def rehearse_agent(
    settings: Settings,
    agent: str,
    personas: Sequence[str],
    seeds: Sequence[int],
    *,
    model: str | None = None,
    by_voice: bool = False,
) -> list[Rehearsal]:
    """Plays an agent against personas and seeds.

    Args:
        settings: say where stored agents are.
        agent: path of a TOML file, or id or name of a stored agent.
        personas: their codes; all of them when empty.
        seeds: one call each.
        model: family of the language model that replies; the script alone when None.
        by_voice: over the media sockets with simulated speech, in real time, instead of in text.

    Raises:
        RunError: no such agent or persona, or no key for the model; the message says what there is.
        NoVoiceError: the libraries of live calls are not installed.
    """
    if by_voice:
        voice_extra.require()
    known = {persona.code for persona in all_personas()}
    if unknown := [code for code in personas if code not in known]:
        raise RunError(f"There is no persona {', '.join(unknown)}. There are: {', '.join(sorted(known))}.")
    return asyncio.run(_rehearse(settings, agent, chosen(list(personas)), seeds, model, by_voice=by_voice))


async def _rehearse(
    settings: Settings,
    agent: str,
    personas: Sequence[Persona],
    seeds: Sequence[int],
    family: str | None,
    *,
    by_voice: bool,
) -> list[Rehearsal]:
    now = datetime.now(UTC)
    brief, model = await _prepared(settings, agent, family, now)
    brief = msgspec.structs.replace(brief, use_llm=model is not None)
    thinker, caller = (model.thinker, model.caller) if model is not None else (None, None)
    try:
        if by_voice:
            return await _by_voice(brief, personas, seeds, thinker)
        return await rehearse_all(brief, personas, seeds, now, thinker=thinker, caller=caller)
    finally:
        if model is not None:
            await model.aclose()


async def _by_voice(
    brief: Brief, personas: Sequence[Persona], seeds: Sequence[int], thinker: Thinker | None
) -> list[Rehearsal]:
    from callout.run.rehearsing_by_voice import rehearse_by_voice  # noqa: PLC0415 - its libraries are an extra

    return await rehearse_by_voice(brief, personas, seeds, thinker=thinker)


async def _prepared(
    settings: Settings, agent: str, family: str | None, now: datetime
) -> tuple[Brief, RehearsalModel | None]:
    """The agent's brief and its model."""
    path = Path(agent)
    if path.suffix != ".toml":
        return await _stored(settings, agent, family)
    try:
        brief = read_agent(path, now)
    except (OSError, ValueError) as problem:
        raise RunError(str(problem)) from problem
    return brief, _of_settings(settings, family) if family else None


def _of_settings(settings: Settings, family: str) -> RehearsalModel:
    from callout.run.rehearsing_models import of_settings  # noqa: PLC0415 - loads the libraries of language models

    return of_settings(settings, family)


async def _stored(settings: Settings, agent: str, family: str | None) -> tuple[Brief, RehearsalModel | None]:
    from callout.run import provisioning, wiring  # noqa: PLC0415 - an agent of a file needs no installation
    from callout.run.rehearsing_models import of_tenant  # noqa: PLC0415

    made = wiring.build(provisioning.lay(settings).installation)
    try:
        tenant_id, agent_id = await find_agent(made.database, agent)
        async with made.database.transaction(Principal.system(tenant_id)) as work:
            model = await of_tenant(work, made, agent_id, family) if family else None
            return await rehearsal_brief(work, agent_id), model
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
