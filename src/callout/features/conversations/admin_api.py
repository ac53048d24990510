"""Conversations for admins and machines: `/api/admin/conversations`."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar, cast
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.enums import MediaType
from litestar.params import Dependency
from litestar.response import ServerSentEvent

from callout.features.accounts.live_view import team_view
from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.conversations import judgement, statistics, store, store_listing, transcript, views
from callout.features.conversations.cache import MemoryCache, kept_until
from callout.features.conversations.errors import CallOver, UnsupportedCallingSystem
from callout.features.conversations.ingest import append_turns, end_call, enqueue_processing
from callout.features.conversations.intake import read_call
from callout.features.conversations.intake_model import CALLING_SYSTEMS, IncomingTurn, Unreadable
from callout.features.conversations.ports import Outcomes
from callout.features.conversations.schemas import (
    CommentsIn,
    ConversationFilters,
    ConversationPatch,
    DetailFilters,
    EndCall,
    Ingest,
    LeadStatusIn,
    Reprocess,
    ScamLabelIn,
    StatsFilters,
    TranscriptFilters,
    TurnFilters,
    TurnIn,
    TurnsIn,
)
from callout.features.conversations.submit import Desk, Options, Submitted
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.events import Published
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.sse import LiveStreams, last_event_id
from callout.kit.http.wire import timestamp
from callout.kit.http.writes import versioned
from callout.kit.text.masking import mask_contact_details, mask_words

ROOT = "/api/admin/conversations"
ONE = "/{conversation_id:uuid}"
GivenOutcomes = Annotated[Outcomes, Dependency(skip_validation=True)]
Shown = TypeVar("Shown", dict[str, Any], list[dict[str, Any]])
AnyRequest = Request[Any, Any, Any]
AnyResponse = Response[Any]


@get("/", guards=[allow("conversation.read")], filters=ConversationFilters)
async def list_conversations(work: Work, request: AnyRequest, filters: Filtered[ConversationFilters]) -> AnyResponse:
    """Conversations, newest first, with figures over all that match."""
    rows, sums = await store_listing.search(work, filters)
    items = await _for_reader(work, [views.summary_view(row) for row in rows])
    stats = {name: getattr(sums, name) for name in sums.__struct_fields__}
    return listed(filters, items, sums.total, request=request, stats=stats)


@post("/", guards=[allow("conversation.ingest")])
async def submit_conversation(work: Work, data: Ingest, conversation_desk: Desk) -> AnyResponse:
    """Takes a whole conversation, analyses it, and lets trigger rules act on it."""
    if data.calling_system not in CALLING_SYSTEMS:
        raise UnsupportedCallingSystem(data.calling_system)
    try:
        call = read_call(data.calling_system, data.conversation_data, complete=True)
    except Unreadable as reason:
        raise Unprocessable.at(f"conversation_data.{reason.field}", reason.message) from reason
    options = Options(
        force=data.options.force_reprocess,
        skip_vendor_selection=data.options.skip_vendor_selection or await never_selects(work),
        priority=data.options.priority,
        wait=data.options.wait,
    )
    return await _answer(work, await conversation_desk.submit(work, call, options))


@get(ONE, guards=[allow("conversation.read")], filters=DetailFilters)
async def read_conversation(
    work: Work,
    conversation_id: UUID,
    filters: Filtered[DetailFilters],
    conversation_cache: MemoryCache,
    outcomes: GivenOutcomes,
) -> AnyResponse:
    """One conversation with its analysis and the parts asked for."""
    row = await store.find(work, conversation_id)
    view = await _cached_view(work, row, conversation_cache, use_cache=filters.use_cache)
    parts = set(filters.include or ())
    extra: dict[str, Any] = {}
    if "turns" in parts:
        page, _ = await store_listing.turns_page(work, conversation_id, TurnFilters(limit=200))
        partial = conversation_cache.partial_turns(work.tenant_id, conversation_id, work.now)
        extra["turns"] = [*(views.turn_view(turn) for turn in page), *partial]
    if "transcript" in parts:
        extra["transcript"] = transcript.as_text(await store.turns_of(work, conversation_id))
    if "scam" in parts:
        found = await store.scam_of(work, conversation_id)
        extra["scam"] = views.scam_view(found) if found else None
    if "triggers" in parts:
        extra["triggers"] = list(await outcomes.trigger_events(work, conversation_id))
    if "evaluations" in parts:
        extra["evaluations"] = list(await outcomes.evaluations(work, conversation_id))
    return versioned(await _for_reader(work, {**view, **extra}), row.version)


@patch(ONE, guards=[allow("conversation.comment", roles="OM")])
async def change_conversation(work: Work, conversation_id: UUID, data: ConversationPatch) -> AnyResponse:
    """Changes the comment or the follow-up."""
    given = data.given()
    row = await store.find(work, conversation_id)
    if "user_comments" in given:
        row = await judgement.comment(work, conversation_id, given["user_comments"])
    if "follow_up_at" in given:
        row = await judgement.plan_follow_up(work, conversation_id, given["follow_up_at"])
    return await _shown(work, row)


@put(f"{ONE}/lead-status", guards=[allow("conversation.set_lead_status", roles="OMA")])
async def judge_lead(work: Work, conversation_id: UUID, data: LeadStatusIn) -> dict[str, Any]:
    """Judges the lead."""
    row, previous = await judgement.set_lead_status(work, conversation_id, data.lead_status)
    return {
        "previous": previous,
        "lead_status": row.lead_status,
        "priority_level": row.priority_level,
        "follow_up_at": timestamp(row.follow_up_at),
    }


@put(f"{ONE}/comments", guards=[allow("conversation.comment", roles="OM")])
async def comment_conversation(work: Work, conversation_id: UUID, data: CommentsIn) -> AnyResponse:
    """Replaces the comment."""
    return await _shown(work, await judgement.comment(work, conversation_id, data.user_comments or None))


@delete(ONE, guards=[allow("conversation.delete", roles="OM")])
async def delete_conversation(
    work: Work, conversation_id: UUID, conversation_cache: MemoryCache, outcomes: GivenOutcomes
) -> None:
    """Erases a conversation for good."""
    await judgement.erase(work, outcomes, conversation_id)
    conversation_cache.drop(work.tenant_id, conversation_id)


@get(f"{ONE}/turns", guards=[allow("conversation.read")], filters=TurnFilters)
async def list_turns(
    work: Work, request: AnyRequest, conversation_id: UUID, filters: Filtered[TurnFilters]
) -> AnyResponse:
    """The turns in order; `next_cursor` continues a growing call."""
    await store.find(work, conversation_id)
    turns, total = await store_listing.turns_page(work, conversation_id, filters)
    more = len(turns) == filters.limit and turns[-1].seq < total
    items = await _for_reader(work, [views.turn_view(turn) for turn in turns])
    return listed(filters, items, total, request=request, next_cursor=str(turns[-1].seq) if more else None)


@post(f"{ONE}/turns", guards=[allow("conversation.append")], status_code=200)
async def append(
    work: Work, conversation_id: UUID, data: TurnsIn, conversation_cache: MemoryCache, outcomes: GivenOutcomes
) -> dict[str, Any]:
    """Adds turns of a running call as they are heard; repeated ones are counted, not stored twice."""
    row = await store.lock(work, conversation_id)
    if row.status != "active":
        raise CallOver(row.status)
    plan = await append_turns(work, row, [_incoming(turn) for turn in data.turns if turn.is_final])
    ttl_h = (await tenant_settings(work))["conversations.cache_ttl_h"]
    for number, turn in enumerate(data.turns):
        key = turn.external_turn_id or f"#{turn.seq or number}"
        if not turn.is_final:
            words = turn.model_dump(mode="json")
            until = kept_until(work.now, ttl_h)
            conversation_cache.hear(work.tenant_id, conversation_id, key, words, until=until)
    final = {turn.external_turn_id or f"#{turn.seq}" for turn in data.turns if turn.is_final}
    conversation_cache.settle(work.tenant_id, conversation_id, final)
    return {
        "accepted": len(plan.insert),
        "duplicates": plan.duplicates,
        "triggers": list(await outcomes.progress(work, conversation_id)),
        "scam": {"risk_score": row.risk_score, "severity": row.severity},
    }


@post(f"{ONE}/end", guards=[allow("conversation.append")], status_code=202)
async def end(work: Work, conversation_id: UUID, data: EndCall) -> AnyResponse:
    """Ends a running call and has it analysed."""
    row = await store.lock(work, conversation_id)
    if await end_call(work, row, ended_at=data.ended_at, call_result=data.call_result):
        await enqueue_processing(work, row, skip_vendor_selection=await never_selects(work))
    return await _shown(work, row, status_code=202)


@get(f"{ONE}/transcript", guards=[allow("conversation.read")], filters=TranscriptFilters)
async def read_transcript(work: Work, conversation_id: UUID, filters: Filtered[TranscriptFilters]) -> AnyResponse:
    """The talk as text, JSON rows or subtitles."""
    await store.find(work, conversation_id)
    turns = await store.turns_of(work, conversation_id)
    if await sees_masked(work):
        turns = [msgspec.structs.replace(turn, content=mask_words(turn.content)) for turn in turns]
    if filters.format == "text":
        return Response(transcript.as_text(turns), media_type=MediaType.TEXT)
    if filters.format == "srt":
        return Response(transcript.as_srt(turns), media_type="application/x-subrip")
    return Response(transcript.as_rows(turns))


@get(f"{ONE}/analysis", guards=[allow("conversation.read")])
async def read_analysis(work: Work, conversation_id: UUID) -> AnyResponse:
    """The analysis; 404 until there is one."""
    row = await store.find(work, conversation_id)
    if row.analysis is None:
        raise NotFound("The conversation is not analysed yet.")
    return Response(await _for_reader(work, row.analysis))


@get(f"{ONE}/scam", guards=[allow("scam_assessment.read")])
async def read_scam(work: Work, conversation_id: UUID) -> dict[str, Any]:
    """The scam assessment; 404 until there is one."""
    await store.find(work, conversation_id)
    found = await store.scam_of(work, conversation_id)
    if found is None:
        raise NotFound("This conversation was not assessed.")
    return await _for_reader(work, views.scam_view(found))


@put(f"{ONE}/scam/label", guards=[allow("scam_assessment.label", roles="OM")])
async def label_scam(work: Work, conversation_id: UUID, data: ScamLabelIn) -> dict[str, Any]:
    """Says what a person thinks of the assessment."""
    return views.scam_view(await judgement.label_scam(work, conversation_id, data.label, data.label_note))


@get(f"{ONE}/triggers", guards=[allow("conversation.read")])
async def read_triggers(work: Work, conversation_id: UUID, outcomes: GivenOutcomes) -> list[dict[str, Any]]:
    """The trigger events of this conversation."""
    await store.find(work, conversation_id)
    return await _for_reader(work, list(await outcomes.trigger_events(work, conversation_id)))


@get(f"{ONE}/evaluations", guards=[allow("conversation.read")])
async def read_evaluations(work: Work, conversation_id: UUID, outcomes: GivenOutcomes) -> list[dict[str, Any]]:
    """How each rule judged this conversation."""
    await store.find(work, conversation_id)
    return await _for_reader(work, list(await outcomes.evaluations(work, conversation_id)))


@post(f"{ONE}/reprocess", guards=[allow("conversation.reprocess")])
async def reprocess(work: Work, conversation_id: UUID, data: Reprocess, conversation_desk: Desk) -> AnyResponse:
    """Analyses again; never makes a second order."""
    row = await store.find(work, conversation_id)
    options = Options(force=data.force, skip_vendor_selection=data.skip_vendor_selection, wait=data.wait)
    return await _answer(work, await conversation_desk.reprocess(work, row, options))


@get(f"{ONE}/events", guards=[allow("conversation.read")], takes_ticket=True)
async def follow(work: Work, request: AnyRequest, conversation_id: UUID, streams: LiveStreams) -> ServerSentEvent:
    """What happens in this conversation, live."""
    await store.find(work, conversation_id)
    own = str(conversation_id)

    async def of_this_one(work: Work, events: Sequence[Published]) -> list[Published]:
        about = [one for one in events if one.noun_id == conversation_id or one.data.get("conversation_id") == own]
        return await team_view(work, about)

    return streams.stream(
        work.principal,
        types="conversation.*,trigger.*,scam.detected",
        last_event_id=last_event_id(request),
        view=of_this_one,
    )


@get("/stats", guards=[allow("conversation.read")], filters=StatsFilters)
async def read_stats(work: Work, filters: Filtered[StatsFilters], conversation_cache: MemoryCache) -> dict[str, Any]:
    """Figures of a window of time, and whether the machinery is well."""
    stats = await statistics.window_stats(work, filters.window, filters.calling_system)
    system = {
        "database": "ok",
        "cache": conversation_cache.stats(work.tenant_id, work.now).backend,
        "queue_size": await statistics.queue_size(work),
    }
    return {**stats, "system_status": system}


@get("/cache", guards=[allow("conversation.read", roles="OM")])
async def read_cache(work: Work, conversation_cache: MemoryCache) -> dict[str, Any]:
    """How full the cache is and how well it serves."""
    stats = conversation_cache.stats(work.tenant_id, work.now)
    return {name: getattr(stats, name) for name in stats.__struct_fields__}


@delete("/cache", guards=[allow("conversation.clear_cache", roles="OM")])
async def clear_cache(work: Work, conversation_cache: MemoryCache) -> None:
    """Empties the cache."""
    conversation_cache.clear(work.tenant_id)


@delete(f"{ONE}/cache", guards=[allow("conversation.clear_cache", roles="OM")])
async def drop_from_cache(work: Work, conversation_id: UUID, conversation_cache: MemoryCache) -> None:
    """Forgets one conversation."""
    await store.find(work, conversation_id)
    conversation_cache.drop(work.tenant_id, conversation_id)


@post(f"{ONE}/cache/refresh", guards=[allow("conversation.clear_cache", roles="OM")], status_code=200)
async def refresh_cache(work: Work, conversation_id: UUID, conversation_cache: MemoryCache) -> dict[str, str]:
    """Reads one conversation into the cache again."""
    row = await store.find(work, conversation_id)
    conversation_cache.drop(work.tenant_id, conversation_id)
    await _cached_view(work, row, conversation_cache, use_cache=False)
    return {"cache_status": "updated"}


async def _for_reader(work: Work, view: Shown) -> Shown:
    """The view with phones and addresses masked, also inside what was said, where the reader sees them so."""
    return cast("Shown", mask_contact_details(view)) if await sees_masked(work) else view


async def never_selects(work: Work) -> bool:
    """Whether the tenant has vendor selection from conversations switched off."""
    return bool((await tenant_settings(work))["conversations.skip_vendor_selection"])


async def _cached_view(work: Work, row: Conversation, cache: MemoryCache, *, use_cache: bool) -> dict[str, Any]:
    if use_cache and (kept := cache.view(work.tenant_id, row.id, row.version, work.now)) is not None:
        return {**kept, "cache_status": "hit"}
    view = views.detail_view(row)
    ttl_h = (await tenant_settings(work))["conversations.cache_ttl_h"]
    cache.keep_view(work.tenant_id, row.id, row.version, view, until=kept_until(work.now, ttl_h))
    return view


async def _answer(work: Work, submitted: Submitted) -> AnyResponse:
    row = submitted.conversation
    headers = {"Location": f"{ROOT}/{row.id}"}
    if submitted.processed is None:
        await work.session.flush()
        return Response(views.detail_view(row), status_code=202, headers=headers)
    status = 201 if submitted.created else 200
    return Response(views.result_view(row, submitted.processed.made), status_code=status, headers=headers)


async def _shown(work: Work, row: Conversation, status_code: int = 200) -> AnyResponse:
    await work.session.flush()
    return versioned(views.detail_view(row), row.version, status_code=status_code)


def _incoming(turn: TurnIn) -> IncomingTurn:
    return IncomingTurn(**turn.model_dump())


router = Router(
    path=ROOT,
    route_handlers=[
        list_conversations,
        submit_conversation,
        read_conversation,
        change_conversation,
        judge_lead,
        comment_conversation,
        delete_conversation,
        list_turns,
        append,
        end,
        read_transcript,
        read_analysis,
        read_scam,
        label_scam,
        read_triggers,
        read_evaluations,
        reprocess,
        follow,
        read_stats,
        read_cache,
        clear_cache,
        drop_from_cache,
        refresh_cache,
    ],
    tags=["conversations"],
)
