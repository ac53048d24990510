"""Conferences and their participants in the REST API of the simulated Twilio."""

from datetime import UTC, datetime
from typing import Any

from callout.sandbox import twilio_shapes as shapes
from callout.sandbox.twilio_exchange import Exchange, Form, Participant, Room
from callout.sandbox.twilio_requests import Answer, Asked, missing, new_line
from callout.sandbox.twilio_switch import Switch


def conferences(exchange: Exchange, switch: Switch, rest: tuple[str, ...], asked: Asked) -> Answer:
    """What is asked of `/Conferences`. Raises Refused."""
    sid = exchange.account_sid
    if not rest:
        rooms = [
            shapes.conference(room, sid)
            for room in reversed(exchange.rooms.values())
            if asked.query.get("FriendlyName") in {None, room.name} and asked.query.get("Status") in {None, room.status}
        ]
        return 200, shapes.page(rooms, "conferences", asked.path, asked.query)
    if asked.method == "POST" and rest[1:] == ("Participants",):
        return 201, _dial_into(exchange, switch, rest[0], asked)
    room = exchange.room(rest[0])
    if room is None:
        raise missing(asked)
    if len(rest) == 1:
        if asked.method == "POST" and asked.form["Status"] == "completed":
            room.status = "completed"
            room.is_over.set()
        return 200, shapes.conference(room, sid)
    if len(rest) == 2:
        items = [_shown(exchange, room, party) for party in room.participants.values()]
        return 200, shapes.page(items, "participants", asked.path, asked.query)
    return _participant(exchange, room, rest[2], asked)


def _participant(exchange: Exchange, room: Room, name: str, asked: Asked) -> Answer:
    party = next((one for one in room.participants.values() if name in {one.call_sid, one.label}), None)
    if party is None:
        raise missing(asked)
    form: Form = asked.form
    if asked.method == "DELETE":
        exchange.calls[party.call_sid].hang_up()
        return 204, None
    if asked.method == "POST":
        party.is_muted = form.is_on("Muted", default=party.is_muted)
        party.is_held = form.is_on("Hold", default=party.is_held)
        party.ends = form.is_on("EndConferenceOnExit", default=party.ends)
    return 200, _shown(exchange, room, party)


def _dial_into(exchange: Exchange, switch: Switch, name: str, asked: Asked) -> dict[str, Any]:
    line, form = new_line(exchange, asked), asked.form
    room = exchange.open_room(name, datetime.now(UTC))
    party = Participant(
        line.sid,
        label=form["Label"] or None,
        is_muted=form.is_on("Muted"),
        coaches=form["CallSidToCoach"] or None,
        starts=form.is_on("StartConferenceOnEnter", default=True),
        ends=form.is_on("EndConferenceOnExit"),
    )
    exchange.add(line)
    switch.place(exchange, line, joins=(room, party))
    return shapes.participant(party, room, exchange.account_sid, "queued")


def _shown(exchange: Exchange, room: Room, party: Participant) -> dict[str, Any]:
    return shapes.participant(party, room, exchange.account_sid, "connected")
