"""What somebody who watches a running call is shown, frame by frame."""

from typing import Any
from uuid import UUID

from callout.features.accounts.masking import sees_masked
from callout.features.calling.calls import store
from callout.features.calling.calls.tables import Call
from callout.features.conversations.store import turns_of
from callout.kit.db.work import Work
from callout.kit.events import Published
from callout.kit.events.log import last_sequence
from callout.kit.http.wire import timestamp
from callout.kit.text.masking import mask_contact_details

Frame = dict[str, Any]
ENDED = "call.ended"
_OWN_FRAMES = frozenset({"reply", "study", "command"})


async def snapshot(work: Work, call_id: UUID, *, after_seq: int = 0) -> tuple[list[Frame], int, bool]:
    """Where a call stands: its status, the final turns after one, the event to go on after, and whether it is over.

    Raises:
        NotFound: no such call.
    """
    call = await store.find(work, call_id)
    position = await last_sequence(work.session, work.tenant_id)
    frames = [_status(call, timestamp(work.now))]
    if call.conversation_id is not None:
        turns = [turn for turn in await turns_of(work, call.conversation_id) if turn.seq > after_seq]
        frames += [
            {
                "type": "transcription",
                "call_id": str(call_id),
                "at": timestamp(turn.at),
                "speaker": turn.speaker,
                "text": turn.content,
                "is_final": True,
                "confidence": turn.confidence,
                "seq": turn.seq,
            }
            for turn in turns
        ]
    if await sees_masked(work):
        frames = [mask_contact_details(frame) for frame in frames]
    return frames, position, call.settled_at is not None


def frames_of(event: Published) -> list[Frame]:
    """An event of a call as the frames that show it. Pure."""
    about = {"call_id": str(event.noun_id), "at": timestamp(event.occurred_at)}
    return [{"type": frame.pop("type"), **about, **frame} for frame in _frames(event.type, event.data)]


def _frames(kind: str, data: dict[str, Any]) -> list[Frame]:
    match kind:
        case "call.status":
            return [_only(data, "call_status", "status", "duration_s", "muted")]
        case "call.ended":
            return [_only(data, "call_status", "status", "duration_s", "outcome", "end_reason")]
        case "call.transcript":
            return [_only(data, "transcription", "speaker", "text", "is_final", "confidence", "seq")]
        case "call.reply":
            entities = (data.get("detail") or {}).get("entities") or []
            return [{**_only(data, "ai_response", "text", "intent", "latency_ms"), "entities": entities}]
        case "call.alert":
            return _alert(str(data["kind"]), data)
        case _:
            return []


def _alert(kind: str, data: dict[str, Any]) -> list[Frame]:
    detail: dict[str, Any] = data.get("detail") or {}
    if kind == "study":
        return _study(detail)
    if kind == "command":
        return [{"type": "command", "op": detail.get("command"), "ok": detail.get("ok"), "error": detail.get("error")}]
    if kind in _OWN_FRAMES:
        return []
    return [{"type": "alert", "kind": kind, "quote": data.get("quote") or None, "detail": detail}]


def _study(detail: dict[str, Any]) -> list[Frame]:
    """What was understood so far, in the frames it concerns."""
    update = {
        "type": "conversation_update",
        "intent": detail.get("intent"),
        "state": detail.get("stage"),
        "slots": {name: value for name, value in (detail.get("slots") or {}).items() if value and name != "sources"},
        "missing": detail.get("hints") or [],
        "sentiment": detail.get("sentiment"),
    }
    rules = [_only(rule, "trigger", "rule_id", "name", "confidence", "triggered") for rule in detail.get("rules") or ()]
    scam = {
        "type": "scam",
        "risk_score": detail.get("risk"),
        "severity": detail.get("severity"),
        "families": detail.get("families") or {},
    }
    return [update, *rules, scam]


def _only(data: dict[str, Any], kind: str, *names: str) -> Frame:
    return {"type": kind, **{name: data.get(name) for name in names}}


def _status(call: Call, at: str | None) -> Frame:
    return {
        "type": "call_status",
        "call_id": str(call.id),
        "at": at,
        "status": call.status,
        "duration_s": call.duration_s,
        "muted": call.muted,
    }
