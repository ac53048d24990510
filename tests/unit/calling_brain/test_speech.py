"""Greeting, interruptions, silence, recording, time."""

from datetime import timedelta

import msgspec
import pytest
from tests.unit.calling_brain.call import MONDAY, Call, brief

from callout.features.calling.brain.actions import End, Hush, Record, Say, SetTimer
from callout.features.calling.brain.compliance import proofs
from callout.features.calling.brain.inputs import AgentSaid, Answered, Final, Hangup, Timer, Trouble
from callout.features.calling.brain.outcome import outcome_of
from callout.features.calling.brain.step import opening, restored, stored


def test_the_disclosure_is_said_at_once_and_may_not_be_interrupted() -> None:
    first, second = opening(brief(), MONDAY)
    assert first == Say(
        id="say-1", text="Hello, this is Mia, an AI assistant calling for Bright Home.", interruptible=False
    )
    assert second.interruptible
    assert [one for one in Call().tell(Answered()) if isinstance(one, Say)] == [first, second]


def test_an_inbound_call_is_answered_with_a_disclosure_too() -> None:
    first = opening(brief(direction="inbound"), MONDAY)[0]
    assert "AI assistant of Bright Home" in first.text


def test_the_transcript_holds_what_was_spoken() -> None:
    call = Call()
    first, second = (one for one in call.tell(Answered()) if isinstance(one, Say))
    call.tell(AgentSaid(say_id=first.id, text=first.text))
    call.tell(AgentSaid(say_id=second.id, text="Do you", interrupted=True))
    assert [turn.content for turn in call.state.turns] == [f"{first.text} Do you"]


def test_words_over_the_disclosure_wait_for_its_end() -> None:
    call = Call()
    first, second = (one for one in call.tell(Answered()) if isinstance(one, Say))
    assert not [one for one in call.tell(Final(text="Yes, I need a plumber")) if isinstance(one, Say)]
    call.tell(AgentSaid(say_id=first.id, text=first.text))
    later = call.tell(AgentSaid(say_id=second.id, text=second.text))
    assert "address" in next(one.text for one in later if isinstance(one, Say))
    assert [turn.speaker for turn in call.state.turns] == ["agent", "customer"]


def test_a_hello_over_the_disclosure_needs_no_answer() -> None:
    call = Call()
    first, second = (one for one in call.tell(Answered()) if isinstance(one, Say))
    call.tell(Final(text="Hello?"))
    call.tell(AgentSaid(say_id=first.id, text=first.text))
    later = call.tell(AgentSaid(say_id=second.id, text=second.text))
    assert SetTimer(name="silence", after_s=10.0) in later
    assert not [one for one in later if isinstance(one, Say)]


def test_an_opt_out_over_the_disclosure_does_not_wait() -> None:
    call = Call()
    call.tell(Answered())
    call.tell(Final(text="stop calling me"))
    assert call.end is not None


def test_a_turn_while_the_agent_speaks_stops_it() -> None:
    call = Call().answered()
    call.tell(Final(text="Who is this?"))
    assert Hush() in call.tell(Final(text="I need a plumber"))


def test_silence_is_asked_about_twice_then_the_call_ends() -> None:
    call = Call().answered()
    for _ in range(2):
        call.feed(Timer(name="silence"))
        assert call.end is None
    call.feed(Timer(name="silence"))
    assert call.end == End(reason="silence", disposition="no_decision")


def test_silence_does_not_end_the_call_where_the_agent_may_not() -> None:
    call = Call(brief(auto_end_on_silence=False)).answered()
    for _ in range(5):
        call.feed(Timer(name="silence"))
    assert call.end is None


def test_time_is_over_fifteen_seconds_before_the_cap() -> None:
    call = Call(brief(max_duration_s=120)).answered()
    assert SetTimer(name="closing", after_s=105) in call.actions
    call.hears("Yes, I need a plumber")
    call.feed(Timer(name="closing"))
    assert call.end is not None
    assert call.end.reason == "max_duration"
    assert call.tool("schedule_callback")[0]["by_human"] is True


def test_recording_is_announced_before_it_starts() -> None:
    call = Call(brief(recording="announce"))
    says = [one for one in call.tell(Answered()) if isinstance(one, Say)]
    assert says[1].text == "This call is recorded."
    call.tell(AgentSaid(say_id=says[0].id, text=says[0].text))
    assert not call.of(Record)
    call.tell(AgentSaid(say_id=says[1].id, text=says[1].text))
    assert call.of(Record) == [Record(consent="announced")]


@pytest.mark.parametrize(
    ("words", "consent"), [("Yes, that's fine", "given"), ("No", "refused"), ("I need a plumber", "refused")]
)
def test_recording_is_asked_for_where_it_must(words: str, consent: str) -> None:
    call = Call(brief(recording="ask")).answered()
    assert "recorded" in call.said[-1]
    call.hears(words)
    assert call.of(Record)[0].consent == consent


def test_hearing_trouble_is_admitted() -> None:
    call = Call().answered()
    call.feed(Trouble(kind="hearing"))
    assert "technical problem" in call.said[-1]
    assert call.tool("schedule_callback")
    assert call.end is not None
    assert call.end.reason == "provider_error"


def test_a_state_can_be_stored_in_the_middle_of_a_call() -> None:
    call = Call().answered()
    call.hears("Hello?", "Yes, I need a cleaning.", "12 Oak Street, Springfield")
    call.state = restored(stored(call.state))
    call.hears("Anna Reyes", "tomorrow at 2 PM", "yes")
    assert len(call.tool("create_order")) == 1


def test_a_step_does_not_change_the_state_it_was_given() -> None:
    call = Call().answered()
    before = stored(call.state)
    kept = call.state
    call.hears("Yes, I need a cleaning.")
    assert stored(kept) == before


def test_the_outcome_says_how_it_ended_and_what_the_transcript_proves() -> None:
    call = Call().answered()
    call.hears("are you a robot?", "I'd like a quote for cleaning", "no thanks")
    call.feed(Hangup())
    outcome = outcome_of(call.brief, call.state)
    assert outcome.end_reason in ("customer_hangup", "agent_hangup")
    assert {proof.rule: proof.ok for proof in outcome.compliance} == {
        "disclosure": True,
        "opt_out": None,
        "identity": True,
        "recording": None,
    }
    assert msgspec.json.encode(outcome)


def test_a_missing_disclosure_is_noticed_afterwards() -> None:
    call = Call(brief(disclosure_line="Hello, this is {agent_name}."))
    call.answered()
    assert next(proof for proof in proofs(call.brief, call.state) if proof.rule == "disclosure").ok is False


def test_turns_carry_their_times() -> None:
    call = Call().answered()
    call.now += timedelta(seconds=5)
    call.hears("Hello?")
    customer = next(turn for turn in call.state.turns if turn.speaker == "customer")
    assert customer.offset_ms is not None
    assert customer.offset_ms > 5000
