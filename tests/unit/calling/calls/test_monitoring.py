"""Events of a call as the frames of its monitor (api specification §6.2)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from callout.features.calling.calls.monitoring import frames_of
from callout.kit.events import Published

CALL = UUID(int=7)
AT = datetime(2026, 3, 2, 15, 0, 21, 500_000, tzinfo=UTC)
ABOUT = {"call_id": str(CALL), "at": "2026-03-02T15:00:21.500Z"}


def shown(type_: str, /, **data: Any) -> list[dict[str, Any]]:
    who = {"id": UUID(int=1), "tenant_id": UUID(int=2), "noun_id": CALL, "actor_role": "system"}
    return frames_of(Published(type=type_, occurred_at=AT, sequence=9, data=data, **who))  # type: ignore[arg-type]


def test_words_are_shown_as_they_were_said() -> None:
    words = {"speaker": "customer", "text": "Yes I need cleaning", "is_final": True, "confidence": 0.94, "seq": 3}
    assert shown("call.transcript", **words, said_at="x") == [{"type": "transcription", **ABOUT, **words}]


def test_a_reply_tells_how_long_it_took() -> None:
    (frame,) = shown("call.reply", text="Gladly.", intent=None, latency_ms=640, detail={})
    assert (frame["type"], frame["text"], frame["latency_ms"], frame["entities"]) == ("ai_response", "Gladly.", 640, [])


def test_what_was_understood_is_shown_in_parts() -> None:
    rule = {"rule_id": "r", "name": "Visit", "confidence": 0.8, "triggered": True, "missing": []}
    detail = {
        "intent": "interested", "stage": "talk", "sentiment": 0.4, "hints": ["address"], "risk": 0.1,
        "severity": "minimal", "families": {"otp": {}}, "rules": [rule],
        "slots": {"service_type": "cleaning", "customer_name": None, "sources": {"service_type": "rules"}},
    }  # fmt: skip
    update, trigger, scam = shown("call.alert", kind="study", quote="", detail=detail)
    assert update == {
        "type": "conversation_update", **ABOUT, "intent": "interested", "state": "talk",
        "slots": {"service_type": "cleaning"}, "missing": ["address"], "sentiment": 0.4,
    }  # fmt: skip
    assert (trigger["type"], trigger["rule_id"], trigger["triggered"]) == ("trigger", "r", True)
    assert (scam["type"], scam["risk_score"], scam["families"]) == ("scam", 0.1, {"otp": {}})


def test_what_people_asked_for_and_what_came_of_it_is_shown_to_all_who_watch() -> None:
    (frame,) = shown("call.alert", kind="command", detail={"command": "whisper", "command_id": "c", "ok": True})
    assert frame == {"type": "command", **ABOUT, "op": "whisper", "ok": True, "error": None}
    (flag,) = shown("call.alert", kind="flag", quote="stop", detail={"kind": "opt_out"})
    assert (flag["type"], flag["kind"], flag["quote"]) == ("alert", "flag", "stop")


@pytest.mark.parametrize("kind", ["call.status", "call.ended"])
def test_where_a_call_stands(kind: str) -> None:
    (frame,) = shown(kind, status="completed", duration_s=31, end_reason="operator", previous="in_progress")
    assert (frame["type"], frame["status"], frame["duration_s"]) == ("call_status", "completed", 31)


def test_other_events_are_not_shown() -> None:
    assert shown("call.created", phone="+13055550111") == []
