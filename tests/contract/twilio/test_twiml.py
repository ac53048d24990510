"""Instructions as TwiML, next to Twilio's own builder."""

import pytest
from twilio.twiml.voice_response import Connect, Dial, VoiceResponse

from callout.adapters.twilio.twiml import twiml
from callout.features.calling.ports import Conference, Forward, HangUp, Speak, Stream
from callout.sandbox.twilio_twiml import BadDocument, verbs_of

URL = "wss://callout.test/media/twilio/abc"


def same(ours, theirs):
    assert verbs_of(ours) == verbs_of(str(theirs))


def test_streams():
    response, connect = VoiceResponse(), Connect()
    stream = connect.stream(url=URL, status_callback="https://callout.test/s?a=1&b=2")
    stream.parameter(name="call", value="<\"&'> ü")
    response.append(connect)
    ours = twiml(Stream(url=URL, parameters={"call": "<\"&'> ü"}, status_url="https://callout.test/s?a=1&b=2"))
    same(ours.replace(' statusCallbackMethod="POST"', ""), response)


def test_conferences():
    response, dial = VoiceResponse(), Dial()
    dial.conference(
        "room 1", start_conference_on_enter=True, end_conference_on_exit=False, beep=False, wait_url="", muted=True,
        coach="CA1",
    )  # fmt: skip
    response.append(dial)
    same(twiml(Conference(name="room 1", ends=False, is_muted=True, coaches="CA1")), response)


def test_forwards_words_and_ends():
    response, dial = VoiceResponse(), Dial(timeout=20, caller_id="+15005550006")
    dial.number("+13055550100")
    response.append(dial)
    response.hangup()
    same(twiml(Forward(to="+13055550100", caller_id="+15005550006", ring_timeout_s=20)), response)
    spoken = VoiceResponse()
    spoken.say("We call <you> back.", language="en-GB")
    spoken.hangup()
    same(twiml(Speak(text="We call <you>\x00 back.".replace("\x00 ", " "), language="en-GB")), spoken)
    assert "\x00" not in twiml(Speak(text="a\x00b"))
    ended, rejected = VoiceResponse(), VoiceResponse()
    ended.hangup()
    rejected.reject()
    same(twiml(HangUp()), ended)
    same(twiml(HangUp(is_rejected=True)), rejected)


@pytest.mark.parametrize("document", ["", "<a>", "<x/>", '<!DOCTYPE x [<!ENTITY a "b">]><Response>&a;</Response>'])
def test_the_simulator_takes_only_twiml(document):
    with pytest.raises(BadDocument):
        verbs_of(document)
