"""Machines that answer."""

import pytest
from tests.unit.calling_brain.call import Call, brief

from callout.features.calling.brain.actions import End, Hush, SendDigits, SetTimer
from callout.features.calling.brain.inputs import AgentSaid, Amd, Answered, Timer

TONE = "You've reached the voicemail of Anna. Please leave a message after the tone."


def test_a_voicemail_is_hung_up_on_without_a_word_more() -> None:
    call = Call().answered()
    call.feed(Amd(line="voicemail"))
    assert call.end == End(reason="agent_hangup", disposition="voicemail", after_speech=False)


def test_a_message_waits_for_the_beep_and_begins_with_the_disclosure() -> None:
    call = Call(
        brief(voicemail_action="leave_message", voicemail_message="Please call {business_name} back.")
    ).answered()
    call.hears(TONE)
    assert SetTimer(name="beep", after_s=12.0) in call.actions
    before = len(call.said)
    call.feed(Amd(line="voicemail", beep=True))
    assert call.said[before:] == [
        "Hello, this is Mia, an AI assistant calling for Bright Home. Please call Bright Home back."
    ]
    assert call.end == End(reason="agent_hangup", disposition="voicemail")


def test_a_voicemail_detected_late_cuts_the_greeting() -> None:
    call = Call(brief(voicemail_action="leave_message"))
    call.tell(Answered())
    assert Hush() in call.tell(Amd(line="voicemail"))
    for say_id in list(call.state.pending):
        call.tell(AgentSaid(say_id=say_id, text="", interrupted=True))
    call.feed(Timer(name="beep"))
    assert "AI assistant" in call.said[-1]


def test_a_late_guess_does_not_hang_up_on_a_person() -> None:
    call = Call().answered()
    call.hears("I need somebody for my garden", "12 Oak Street, Springfield")
    call.feed(Amd(line="voicemail"))
    assert call.end is None


def test_the_words_of_a_machine_are_no_words_of_the_customer() -> None:
    call = Call(brief(voicemail_action="leave_message")).answered()
    call.hears(TONE)
    assert call.state.turns[-1].speaker == "system"


def test_a_screening_service_is_told_who_calls_and_why() -> None:
    call = Call().answered()
    said = call.hears("If you record your name and reason for calling, I'll see if this person is available.")
    assert "Mia, an AI assistant calling for Bright Home" in said
    call.hears("Thanks. Please stay on the line.")
    assert call.hears("Hello?").startswith("Hello, this is Mia, an AI assistant")
    call.hears("not interested")
    assert call.end is not None
    assert call.end.disposition == "not_interested"


def test_a_menu_is_answered_with_the_key_for_people() -> None:
    call = Call().answered()
    call.hears("For sales press one, for the front desk press 2.")
    assert call.of(SendDigits) == [SendDigits(digits="2")]


def test_a_fax_is_left_alone() -> None:
    call = Call().answered()
    call.feed(Amd(line="fax"))
    assert call.end is not None
    assert not call.end.after_speech


@pytest.mark.parametrize(
    "words", ["She is not available right now", "Would you like to leave a message?", "Hello, who is this?"]
)
def test_a_receptionist_is_no_machine(words: str) -> None:
    call = Call().answered()
    call.hears(words)
    assert call.state.turns[1].speaker == "customer"
