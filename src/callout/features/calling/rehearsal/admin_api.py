"""/api/admin/calling-agents: rehearsals over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import Dependency

from callout.features.accounts.permissions import allow
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.starting import start_test_call
from callout.features.calling.calls.views import call_view
from callout.features.calling.desk import CallingDesk
from callout.features.calling.rehearsal.personas import all_personas
from callout.features.calling.rehearsal.schemas import TestCallIn
from callout.features.calling.rehearsal.text_call import persona_view, text_call
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits

PREFIX = "/api/admin/calling-agents"
PER_HOUR = 30


@get("/personas", guards=[allow("agent.read")])
async def list_personas() -> dict[str, Any]:
    """The invented customers an agent can be tried on."""
    shown = [persona_view(persona) for persona in all_personas()]
    return {"items": shown, "total": len(shown)}


@post("/{agent_id:uuid}/test-call", guards=[allow("agent.update")], status_code=200)
async def test_call(  # noqa: PLR0917 - filled by name
    work: Work,
    agent_id: UUID,
    data: TestCallIn,
    limits: RateLimits,
    calling_desk: CallingDesk,
    call_desk: Annotated[CallDesk, Dependency(skip_validation=True)],
) -> Response[Any]:
    """Plays a call in text and judges it, or opens one to the browser; nothing is dialled or counted."""
    await limits.hit("test_calls", str(work.principal.actor_id), limit=PER_HOUR, window_s=3600)
    if data.mode == "browser":
        opened = await start_test_call(work, call_desk, agent_id)
        view = call_view(opened.call, masked=False)
        return Response({"call": view, "media_url": opened.media_url, "ticket": opened.ticket}, status_code=201)
    played = await text_call(
        calling_desk.database, work.principal, agent_id, persona=data.persona, turns=data.turns, seed=data.seed
    )
    return Response(played, status_code=200)


router = Router(PREFIX, route_handlers=[list_personas, test_call], tags=["Calling agents"])
