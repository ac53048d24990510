"""Reading provider payloads into the one shape of an incoming call."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callout.features.conversations.intake import read_call
from callout.features.conversations.intake_events import event_name, is_known, read_news
from callout.features.conversations.intake_model import Unreadable


@pytest.fixture
def sample(shared_data: Path):
    """Reads a sample payload of the provider."""
    return lambda name: json.loads((shared_data / "payloads" / "elevenlabs" / name).read_text())


def test_the_documented_post_call_webhook_becomes_an_ended_call(sample):
    news = read_news("elevenlabs", sample("convai_webhook_post_call_transcription.json"))
    assert news.kind == "ended"
    call = news.call
    assert (call.external_id, call.complete, call.duration_s) == ("abc", True, 22)
    assert call.started_at == datetime.fromtimestamp(1739537297, UTC)
    assert call.ended_at == datetime.fromtimestamp(1739537319, UTC)
    assert [turn.speaker for turn in call.turns] == ["agent", "customer", "agent"]
    assert [turn.offset_ms for turn in call.turns] == [0, 2000, 9000]
    assert call.turns[0].content == "Hey there angelo. How are you?"


def test_post_call_audio_is_unknown_and_so_ignored(sample):
    payload = sample("convai_webhook_post_call_audio.json")
    assert not is_known("elevenlabs", event_name("elevenlabs", payload))


def test_the_called_number_comes_from_the_phone_call_of_the_metadata():
    payload = {
        "type": "post_call_transcription",
        "data": {
            "conversation_id": "c",
            "transcript": [],
            "metadata": {"phone_call": {"direction": "inbound", "external_number": "+13055550100"}},
        },
    }
    call = read_news("elevenlabs", payload).call
    assert (call.phone, call.call_type, call.complete) == ("+13055550100", "inbound", False)


def test_a_call_that_never_connected_is_failed_with_its_reason():
    payload = {
        "type": "call_initiation_failure",
        "data": {
            "conversation_id": "c",
            "failure_reason": "busy",
            "metadata": {"type": "twilio", "body": {"To": "+13055550100"}},
        },
    }
    news = read_news("elevenlabs", payload)
    assert (news.kind, news.call.call_result, news.call.phone) == ("failed", "busy", "+13055550100")


def test_legacy_elevenlabs_names_are_read_flat_and_nested():
    flat = {
        "event": "call_ended",
        "conversation_id": "c1",
        "phone_number": "+13055550100",
        "call_type": "outbound",
        "started_at": "2026-03-02T15:00:00Z",
        "ended_at": "2026-03-02T15:02:10Z",
        "conversation_turns": [{"role": "assistant", "content": "Hello"}, {"role": "user", "text": "Hi"}],
    }
    nested = {"event": "call_ended", "data": {key: value for key, value in flat.items() if key != "event"}}
    assert read_news("elevenlabs", flat) == read_news("elevenlabs", nested)
    call = read_news("elevenlabs", flat).call
    assert [(turn.speaker, turn.content) for turn in call.turns] == [("agent", "Hello"), ("customer", "Hi")]


def test_cloned_voice_keys():
    payload = {
        "event": "session_ended",
        "session_id": "s1",
        "caller_number": "305-555-0100",
        "call_direction": "outgoing",
        "call_start_time": "2026-03-02T15:00:00",
        "call_duration": "65",
        "recording_path": "/rec/1.wav",
        "conversation_log": [
            {"sender": "ai", "message": "Hello"},
            {"type": "user_input", "transcript": "Yes"},
            {"type": "ai_response", "content": "Fine"},
        ],
    }
    call = read_news("cloned_voice", payload).call
    assert (call.external_id, call.phone, call.call_type, call.duration_s) == ("s1", "305-555-0100", "outbound", 65)
    assert call.started_at == datetime(2026, 3, 2, 15, tzinfo=UTC)
    assert [(turn.speaker, turn.content) for turn in call.turns] == [
        ("agent", "Hello"),
        ("customer", "Yes"),
        ("agent", "Fine"),
    ]


@pytest.mark.parametrize("given", [-1, 24 * 3600 + 1, "abc", None, True, float("nan")])
def test_an_impossible_duration_is_unknown(given):
    assert read_call("upload", {"conversation_id": "c", "duration_s": given}, complete=True).duration_s is None


def test_a_transcript_text_is_split_at_its_prefixes():
    call = read_call(
        "upload",
        {
            "external_id": "c",
            "transcript": "Agent: Hello, this is Mia.\nCustomer: Hi: who is this? AI: A machine. User: Oh.",
        },
        complete=True,
    )
    assert [(turn.speaker, turn.content) for turn in call.turns] == [
        ("agent", "Hello, this is Mia."),
        ("customer", "Hi: who is this?"),
        ("agent", "A machine."),
        ("customer", "Oh."),
    ]


def test_a_transcript_without_prefixes_is_one_customer_turn():
    call = read_call("upload", {"external_id": "c", "transcript": "I need cleaning"}, complete=True)
    assert [(turn.speaker, turn.content) for turn in call.turns] == [("customer", "I need cleaning")]


def test_silence_and_tool_calls_are_no_turns_and_control_characters_go():
    turns = [
        {"role": "agent", "message": None},
        {"role": "user", "message": "a\x00b"},
        {"role": "user", "message": "  "},
    ]
    call = read_call("elevenlabs", {"conversation_id": "c", "turns": turns}, complete=True)
    assert [turn.content for turn in call.turns] == ["ab"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "external_id"),
        ({"external_id": "c", "started_at": "2026-03-02T15:00:00"}, "started_at"),
        ({"external_id": "c", "started_at": "yesterday"}, "started_at"),
        ({"external_id": "c", "turns": ["hello"]}, "turns.0"),
        ({"external_id": "c", "turns": [{"text": "x"}] * 5001}, "turns"),
    ],
)
def test_what_cannot_be_read_names_its_field(data, field):
    with pytest.raises(Unreadable) as refused:
        read_call("upload", data, complete=True)
    assert refused.value.field == field


def test_unix_times_are_read_in_seconds_and_milliseconds():
    seconds = read_call("elevenlabs", {"conversation_id": "c", "started_at": 1739537297}, complete=True)
    milliseconds = read_call("elevenlabs", {"conversation_id": "c", "started_at": 1739537297000}, complete=True)
    assert seconds.started_at == milliseconds.started_at == datetime.fromtimestamp(1739537297, UTC)


def test_the_generic_webhook_takes_the_ingest_body():
    news = read_news("generic", {"calling_system": "twilio", "conversation_data": {"external_id": "x", "turns": []}})
    assert (news.kind, news.call.calling_system, news.call.external_id) == ("ended", "twilio", "x")
    with pytest.raises(Unreadable, match="calling_system"):
        read_news("generic", {"calling_system": "foo", "conversation_data": {"external_id": "x"}})
