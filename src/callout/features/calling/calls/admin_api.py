"""/api/admin/calling-agents/calls: placing calls, watching them, and what became of them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.params import Dependency
from litestar.response import Redirect

from callout.features.accounts.audit import audit
from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.calling.calls import holds, recording, steering, store
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.errors import NoRecording
from callout.features.calling.calls.listing import call_conditions
from callout.features.calling.calls.schemas import CallQuery, NewCall, Said, StatisticsQuery, TransferTo, WithReason
from callout.features.calling.calls.starting import phone_of, start_call
from callout.features.calling.calls.statistics import call_statistics
from callout.features.calling.calls.tables import Call
from callout.features.calling.calls.views import call_view, detail_view, live_view
from callout.features.prospecting import store as paging
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created, versioned

PREFIX = "/api/admin/calling-agents/calls"
ONE = "/{call_id:uuid}"
STATISTICS = "/api/admin/calling-agents/statistics"
Desk = Annotated[CallDesk, Dependency(skip_validation=True)]


@get("/", guards=[allow("call.read")], filters=CallQuery)
async def list_calls(request: Request[Any, Any, Any], work: Work, filters: Filtered[CallQuery]) -> Response[Any]:
    """The calls of the business."""
    masked = await sees_masked(work)
    query = store.calls(work).where(*call_conditions(filters, masked=masked))
    rows, total = await paging.page(
        work, query, Call, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    people = await store.contacts_of(work, rows)
    items = [call_view(row, masked=masked, contact=people.get(row.contact_id)) for row in rows]
    return listed(filters, items, total, request=request)


@get("/active", guards=[allow("call.read")])
async def active_calls(work: Work) -> list[dict[str, Any]]:
    """The calls that run now, each with how it goes."""
    masked = await sees_masked(work)
    rows = await holds.active(work)
    people = await store.contacts_of(work, [call for call, _ in rows])
    return [live_view(call, hold, masked=masked, contact=people.get(call.contact_id)) for call, hold in rows]


@get(ONE, guards=[allow("call.read")])
async def get_call(work: Work, call_id: UUID) -> Response[Any]:
    """One call with its costs, latencies and everything that was reported about it."""
    call = await store.find(work, call_id)
    people = await store.contacts_of(work, [call])
    view = detail_view(
        call,
        masked=await sees_masked(work),
        contact=people.get(call.contact_id),
        costs=await store.costs(work, call_id),
        latencies=await store.latencies(work, call_id),
        facts=await store.all_facts(work, call_id),
    )
    return versioned(view, call.version)


@post("/", guards=[allow("call.start")])
async def make_call(work: Work, data: NewCall, call_desk: Desk) -> Response[Any]:
    """Places a call; it is dialled at once, or at the time given."""
    call = await start_call(work, call_desk, data)
    return created(await _shown(work, call), f"{PREFIX}/{call.id}")


@post(f"{ONE}/end", guards=[allow("call.end")], status_code=200)
async def end_call(work: Work, call_id: UUID, data: WithReason | None = None) -> Response[Any]:
    """Ends a call: the agent says farewell, then hangs up; a call that waits is cancelled."""
    return await _answer(work, await steering.end_call(work, call_id, reason=data.reason if data else None))


@post(f"{ONE}/mute", guards=[allow("call.mute")], status_code=200)
async def mute_call(work: Work, call_id: UUID) -> Response[Any]:
    """Has the agent not heard by the customer."""
    return await _answer(work, await steering.set_muted(work, call_id, muted=True))


@post(f"{ONE}/unmute", guards=[allow("call.mute")], status_code=200)
async def unmute_call(work: Work, call_id: UUID) -> Response[Any]:
    """Has the agent heard again."""
    return await _answer(work, await steering.set_muted(work, call_id, muted=False))


@post(f"{ONE}/say", guards=[allow("call.say")], status_code=200)
async def say_in_call(work: Work, call_id: UUID, data: Said) -> Response[Any]:
    """Has the agent say a sentence as it stands."""
    return await _answer(work, await steering.say(work, call_id, data.text))


@post(f"{ONE}/transfer", guards=[allow("call.transfer")], status_code=200)
async def transfer_call(work: Work, call_id: UUID, data: TransferTo) -> Response[Any]:
    """Connects the customer to another number."""
    return await _answer(work, await steering.transfer(work, call_id, await phone_of(work, data.to, "to")))


@get(f"{ONE}/recording", guards=[allow("recording.download")])
async def get_recording(work: Work, call_id: UUID, call_desk: Desk) -> Redirect:
    """Where the recording can be fetched for some minutes; each look is written down."""
    call = await store.find(work, call_id)
    if call.recording_file_id is None:
        raise NoRecording
    await call_desk.files.find(work, call.recording_file_id)
    await audit(work, "recording.download", "call", call.id)
    return Redirect(call_desk.files.signed_url(work, call.recording_file_id), status_code=302)


@delete(f"{ONE}/recording", guards=[allow("file.delete")], status_code=204)
async def delete_recording(work: Work, call_id: UUID, call_desk: Desk) -> None:
    """Deletes the recording, at the provider too."""
    await recording.delete_recording(work, call_desk.files, call_id)


@get("/", guards=[allow("analytics.read", roles="OMW")], filters=StatisticsQuery)
async def statistics(work: Work, filters: Filtered[StatisticsQuery]) -> dict[str, Any]:
    """The figures of a window of time."""
    return await call_statistics(work, filters.window, campaign_id=filters.campaign_id, agent_id=filters.agent_id)


async def _shown(work: Work, call: Call) -> dict[str, Any]:
    people: dict[Any, Contact] = await store.contacts_of(work, [call])
    return call_view(call, masked=await sees_masked(work), contact=people.get(call.contact_id))


async def _answer(work: Work, call: Call) -> Response[Any]:
    return versioned(await _shown(work, call), call.version)


router = Router(
    PREFIX,
    route_handlers=[
        list_calls,
        active_calls,
        get_call,
        make_call,
        end_call,
        mute_call,
        unmute_call,
        say_in_call,
        transfer_call,
        get_recording,
        delete_recording,
    ],
    tags=["Calls"],
)
statistics_router = Router(STATISTICS, route_handlers=[statistics], tags=["Calls"])
