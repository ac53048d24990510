"""/api/admin/calling-agents: agents over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.permissions import allow
from callout.features.calling.agents import store, writing
from callout.features.calling.agents.options import options_view
from callout.features.calling.agents.schemas import AgentPatch, AgentQuery, NewAgent
from callout.features.calling.agents.tables import Agent
from callout.features.calling.agents.views import agent_view, surroundings
from callout.features.calling.desk import CallingDesk
from callout.features.calling.voices.stock import Stock
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/calling-agents"
ONE = "/{agent_id:uuid}"
NO_STOCK = Stock()


@get("/", guards=[allow("agent.read")], filters=AgentQuery)
async def list_agents(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[AgentQuery]
) -> Response[dict[str, Any]]:
    """The agents of the business with their standing."""
    rows = await store.matching(work, filters.q)
    around = await surroundings(work, rows)
    if filters.status:
        rows = [row for row in rows if around.status(row) in filters.status]
    for name, falling in reversed(filters.order()):
        rows.sort(key=lambda row: _sort_key(getattr(row, name)), reverse=falling)
    shown = rows[filters.offset : filters.offset + filters.limit]
    return listed(filters, [agent_view(row, around) for row in shown], len(rows), request=request)


@get(ONE, guards=[allow("agent.read")])
async def get_agent(work: Work, agent_id: UUID) -> Response[Any]:
    """One agent."""
    return await _answer(work, await store.fetch(work, agent_id))


@post("/", guards=[allow("agent.create")])
async def create_agent(work: Work, data: NewAgent, calling_desk: CallingDesk) -> Response[Any]:
    """Makes an agent; its voice must be ready."""
    stock = await calling_desk.stock.of(work.principal, calling_desk.voices, calling_desk.database)
    agent = await writing.create_agent(work, data, stock=stock, plans=calling_desk.plans)
    return created(agent_view(agent, await surroundings(work, [agent])), f"{PREFIX}/{agent.id}")


@patch(ONE, guards=[allow("agent.update")])
async def update_agent(
    work: Work, agent_id: UUID, data: AgentPatch, if_match: IfMatch, calling_desk: CallingDesk
) -> Response[Any]:
    """Changes an agent; calls under way go on as they began."""
    stock = NO_STOCK
    if data.voice_id is not None:
        stock = await calling_desk.stock.of(work.principal, calling_desk.voices, calling_desk.database)
    return await _answer(work, await writing.update_agent(work, agent_id, data, if_match, stock=stock))


@delete(ONE, guards=[allow("agent.delete")])
async def delete_agent(work: Work, agent_id: UUID, if_match: IfMatch) -> None:
    """Takes an agent away that no open campaign needs."""
    await writing.delete_agent(work, agent_id, if_match)


@get("/options", guards=[allow("agent.read")])
async def options(work: Work, calling_desk: CallingDesk) -> dict[str, Any]:
    """What an agent may be made of: models, languages, defaults."""
    stock = await calling_desk.stock.of(work.principal, calling_desk.voices, calling_desk.database)
    return options_view(stock.models)


async def _answer(work: Work, agent: Agent) -> Response[Any]:
    return versioned(agent_view(agent, await surroundings(work, [agent])), agent.version)


def _sort_key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


router = Router(
    PREFIX,
    route_handlers=[list_agents, get_agent, create_agent, update_agent, delete_agent, options],
    tags=["Calling agents"],
)
