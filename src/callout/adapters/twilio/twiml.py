"""What a call shall do, as TwiML. Pure.

Source: https://www.twilio.com/docs/voice/twiml (Connect, Stream, Dial, Conference, Number, Say, Hangup, Reject).
"""

from xml.etree import ElementTree as ET

from callout.features.calling.ports import Conference, Forward, HangUp, Instruction, Speak, Stream

CONTENT_TYPE = "application/xml"
LONGEST_SPEECH = 4000
LONGEST_PARAMETER = 500
"""Name and value together."""
_UNSPEAKABLE = {code: " " for code in range(32) if code not in {9, 10, 13}}
"""Control characters XML 1.0 has no place for (https://www.w3.org/TR/xml/#charsets)."""


def twiml(instruction: Instruction) -> str:
    """The document for an instruction.

    Raises:
        ValueError: a stream's address is not one Twilio connects to, or a parameter is too long.
    """
    response = ET.Element("Response")
    match instruction:
        case Stream():
            _stream(response, instruction)
        case Conference():
            _conference(response, instruction)
        case Forward():
            _forward(response, instruction)
        case Speak(text=text, language=language):
            say = ET.SubElement(response, "Say", {"language": language})
            say.text = _clean(text)[:LONGEST_SPEECH]
            ET.SubElement(response, "Hangup")
        case HangUp(is_rejected=is_rejected):
            ET.SubElement(response, "Reject" if is_rejected else "Hangup")
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(response, encoding="unicode")


def _stream(response: ET.Element, stream: Stream) -> None:
    scheme, _, rest = stream.url.partition("://")
    if scheme not in {"ws", "wss"} or not rest or "?" in rest:
        raise ValueError("a stream needs a ws:// or wss:// address without a query")
    given = {"url": stream.url}
    if stream.status_url:
        given |= {"statusCallback": stream.status_url, "statusCallbackMethod": "POST"}
    element = ET.SubElement(ET.SubElement(response, "Connect"), "Stream", given)
    for name, value in stream.parameters.items():
        if len(name) + len(value) > LONGEST_PARAMETER:
            raise ValueError(f"the parameter {name} of the stream is too long")
        ET.SubElement(element, "Parameter", {"name": _clean(name), "value": _clean(value)})


def _conference(response: ET.Element, conference: Conference) -> None:
    given = {
        "startConferenceOnEnter": _word(conference.starts),
        "endConferenceOnExit": _word(conference.ends),
        "beep": "false",
        "waitUrl": "",
    }
    if conference.is_muted:
        given["muted"] = "true"
    if conference.coaches:
        given["coach"] = conference.coaches
    ET.SubElement(ET.SubElement(response, "Dial"), "Conference", given).text = conference.name


def _forward(response: ET.Element, forward: Forward) -> None:
    given = {"timeout": str(forward.ring_timeout_s)}
    if forward.caller_id:
        given["callerId"] = forward.caller_id
    ET.SubElement(ET.SubElement(response, "Dial", given), "Number").text = forward.to
    ET.SubElement(response, "Hangup")


def _clean(text: str) -> str:
    return text.translate(_UNSPEAKABLE)


def _word(value: bool) -> str:
    return "true" if value else "false"
