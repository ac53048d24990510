"""/api/admin/calling-agents: rehearsals over HTTP."""

from typing import Any
from uuid import UUID

from litestar import Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.calling.desk import CallingDesk
from callout.features.calling.rehearsal.personas import all_personas
from callout.features.calling.rehearsal.schemas import TestCallIn
from callout.features.calling.rehearsal.text_call import persona_view, text_call
from callout.kit.db.work import Work

PREFIX = "/api/admin/calling-agents"


@get("/personas", guards=[allow("agent.read")])
async def list_personas() -> dict[str, Any]:
    """The invented customers an agent can be tried on."""
    shown = [persona_view(persona) for persona in all_personas()]
    return {"items": shown, "total": len(shown)}


@post("/{agent_id:uuid}/test-call", guards=[allow("agent.update")], status_code=200)
async def test_call(work: Work, agent_id: UUID, data: TestCallIn, calling_desk: CallingDesk) -> dict[str, Any]:
    """Plays a call in text and judges it; nothing is dialled, stored or counted."""
    return await text_call(
        calling_desk.database, work.principal, agent_id, persona=data.persona, turns=data.turns, seed=data.seed
    )


router = Router(PREFIX, route_handlers=[list_personas, test_call], tags=["Calling agents"])
