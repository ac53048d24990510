"""Calls and their recordings in the REST API of the simulated Twilio."""

from datetime import datetime
from typing import Any

from callout.sandbox import twilio_shapes as shapes
from callout.sandbox.twilio_audio import CONTENT_TYPES, sound_file
from callout.sandbox.twilio_exchange import Exchange, Form
from callout.sandbox.twilio_requests import Answer, Asked, File, Refused, line_of, missing, new_line, tape_of
from callout.sandbox.twilio_switch import Switch


def calls(exchange: Exchange, switch: Switch, rest: tuple[str, ...], asked: Asked) -> Answer:
    """What is asked of `/Calls`. Raises Refused."""
    match asked.method, rest:
        case "POST", ():
            return 201, _create_call(exchange, switch, asked)
        case "GET", ():
            return 200, _calls(exchange, asked)
        case "GET", (sid,):
            return 200, shapes.call(line_of(exchange, sid, asked))
        case "POST", (sid,):
            return 200, _change_call(exchange, sid, asked)
        case "DELETE", (sid,):
            del exchange.calls[line_of(exchange, sid, asked).sid]
            return 204, None
        case "POST", (sid, "Recordings"):
            return 201, _record(exchange, switch, sid, asked)
        case "GET", (sid, "Recordings"):
            return 200, _recordings(exchange, asked, line_of(exchange, sid, asked).sid)
        case "POST", (sid, "Recordings", tape):
            return 200, _change_recording(exchange, switch, sid, tape, asked)
        case _, (_, "Recordings", tape):
            return _recording(exchange, tape, asked)
    raise missing(asked)


def recordings(exchange: Exchange, rest: tuple[str, ...], asked: Asked) -> Answer:
    """What is asked of `/Recordings`. Raises Refused."""
    match asked.method, rest:
        case "GET", ():
            return 200, _recordings(exchange, asked, asked.query.get("CallSid"))
        case _, (name,):
            return _recording(exchange, name, asked)
    raise missing(asked)


def _create_call(exchange: Exchange, switch: Switch, asked: Asked) -> dict[str, Any]:
    line = new_line(exchange, asked)
    form: Form = asked.form
    if not (form["Twiml"] or form["Url"] or form["ApplicationSid"]):
        raise Refused(400, 21205, "Url parameter is required.")
    if len(form["Twiml"]) > 4000:
        raise Refused(400, 21218, "Twiml parameter is too long.")
    exchange.add(line)
    switch.place(exchange, line)
    told = shapes.call(line)
    return told | {"date_created": None, "date_updated": None, "price": None}


def _calls(exchange: Exchange, asked: Asked) -> dict[str, Any]:
    query = asked.query
    found = [
        line
        for line in reversed(exchange.calls.values())
        if query.get("To") in {None, line.to}
        and query.get("From") in {None, line.from_number}
        and query.get("Status") in {None, line.status}
        and query.get("ParentCallSid") in {None, line.parent_sid}
        and _is_in(line.answered, query, "StartTime")
        and _is_in(line.ended, query, "EndTime")
    ]
    return shapes.page([shapes.call(line) for line in found], "calls", asked.path, query)


def _is_in(at: datetime | None, query: dict[str, str], name: str) -> bool:
    """Whether a time lies where the query wants it; by the day where only a day is given."""
    on, before, after = (query.get(name + sign, "") for sign in ("", "<", ">"))
    if not (on or before or after):
        return True
    told = at.strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else ""
    is_before = not before or told[: len(before)] <= before
    is_after = not after or told[: len(after)] >= after
    return bool(told) and told.startswith(on) and is_before and is_after


def _change_call(exchange: Exchange, sid: str, asked: Asked) -> dict[str, Any]:
    line, form = line_of(exchange, sid, asked), asked.form
    match form["Status"]:
        case "completed":
            line.hang_up()
        case "canceled":
            if line.status in {"queued", "initiated", "ringing"}:
                line.hang_up()
        case "":
            if line.status != "in-progress":
                raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
            document = form["Twiml"] or f"<Response><Redirect>{form['Url']}</Redirect></Response>"
            line.redirect(document)
        case _:
            raise Refused(400, 20001, "Invalid Status.")
    return shapes.call(line)


def _record(exchange: Exchange, switch: Switch, sid: str, asked: Asked) -> dict[str, Any]:
    line = line_of(exchange, sid, asked)
    if line.status != "in-progress":
        raise Refused(400, 21220, "Requested resource is not eligible for recording")
    tape = switch.record(exchange, line, asked.form, "StartCallRecordingAPI")
    return shapes.recording(tape, exchange.account_sid)


def _change_recording(exchange: Exchange, switch: Switch, sid: str, name: str, asked: Asked) -> dict[str, Any]:
    line, tape = line_of(exchange, sid, asked), tape_of(exchange, name, asked)
    if asked.form["Status"] != "stopped" or tape not in line.tapes:
        raise Refused(400, 21220, "Recording is not in progress")
    switch.finish_tape(exchange, line, tape)
    return shapes.recording(tape, exchange.account_sid)


def _recordings(exchange: Exchange, asked: Asked, call_sid: str | None) -> dict[str, Any]:
    found = [tape for tape in reversed(exchange.tapes.values()) if call_sid in {None, tape.call_sid}]
    items = [shapes.recording(tape, exchange.account_sid) for tape in found]
    return shapes.page(items, "recordings", asked.path, asked.query)


def _recording(exchange: Exchange, name: str, asked: Asked) -> Answer:
    sid, _, kind = name.partition(".")
    tape = tape_of(exchange, sid, asked)
    if asked.method == "DELETE":
        del exchange.tapes[tape.sid]
        return 204, None
    is_bare = not kind and not asked.path.endswith(".json")
    if not kind and not is_bare:
        return 200, shapes.recording(tape, exchange.account_sid)
    kind = "wav" if is_bare else kind
    if kind not in CONTENT_TYPES or tape.status != "completed":
        raise missing(asked)
    channels = 2 if tape.channels == 2 and asked.query.get("RequestedChannels", "2") == "2" else 1
    return 200, File(sound_file(tape, kind, channels=channels), CONTENT_TYPES[kind])
