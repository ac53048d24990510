"""What is arranged for the simulated Twilio, and what is told of it: the endpoints under `/_sandbox/`."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from callout.sandbox.twilio_behaviour import Behaviour
from callout.sandbox.twilio_exchange import Exchange, Form, Limits, Line, new_sid
from callout.sandbox.twilio_switch import Switch

DEFAULT = "default"


class Unusable(ValueError):  # noqa: N818 - an answer
    """What was asked for makes no sense."""


def arrange(exchange: Exchange, switch: Switch, what: str, body: dict[str, Any]) -> dict[str, Any]:
    """Takes the body of `/_sandbox/<what>` and says what holds now.

    Raises:
        Unusable: it is not as described.
    """
    try:
        match what:
            case "callees":
                return _callees(exchange, body)
            case "voice":
                exchange.voice = str(body.get("voice") or "")
                return {"voice": exchange.voice}
            case "clock":
                return _clock(switch, body)
            case "limits" | "webhooks":
                exchange.limits = _limits(exchange.limits, body)
                return msgspec.to_builtins(exchange.limits)  # type: ignore[no-any-return]
            case "numbers":
                owned = [exchange.own(str(phone), datetime.now(UTC)).phone for phone in body.get("phones", [])]
                return {"phones": owned}
            case "inbound":
                return _inbound(exchange, switch, body)
            case "hang_up":
                return _hang_up(exchange, str(body.get("call_sid") or ""))
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise Unusable(str(error)) from error
    raise Unusable(f"there is nothing to arrange under {what}")


def told_of(line: Line) -> dict[str, Any]:
    """A call as the simulator saw it."""
    return {
        "sid": line.sid,
        "to": line.to,
        "from": line.from_number,
        "direction": line.direction,
        "status": line.status,
        "answered_by": line.answered_by,
        "duration_s": line.duration,
        "behaviour": msgspec.to_builtins(line.behaviour),
        "said": line.said,
        "webhooks": line.posts,
        "notes": line.notes,
        "recordings": [tape.sid for tape in line.tapes],
    }


def _callees(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    for number, behaviour in body.items():
        read = msgspec.convert(behaviour, Behaviour | None)
        if number == DEFAULT:
            exchange.default = read
        elif read is None:
            exchange.behaviours.pop(number, None)
        else:
            exchange.behaviours[number] = read
    return {"callees": sorted(exchange.behaviours), DEFAULT: exchange.default is not None}


def _clock(switch: Switch, body: dict[str, Any]) -> dict[str, Any]:
    speed = float(body.get("speed", switch.pace.speed))
    media = float(body.get("media_speed", speed))
    if not (0.1 <= speed <= 10_000 and 0.1 <= media <= 1000):
        raise ValueError("a speed lies between 0.1 and 10000, of media 1000")
    switch.pace.speed, switch.pace.media_speed = speed, media
    return {"speed": speed, "media_speed": media}


def _limits(limits: Limits, body: dict[str, Any]) -> Limits:
    return msgspec.convert({**msgspec.to_builtins(limits), **body}, Limits)


def _inbound(exchange: Exchange, switch: Switch, body: dict[str, Any]) -> dict[str, Any]:
    number = exchange.owned(str(body.get("to")))
    voice_url = number.settings.get("VoiceUrl", "") if number else ""
    if number is None or not voice_url:
        raise ValueError("no number of the account with a VoiceUrl is called")
    behaviour = msgspec.convert(body.get("callee") or {}, Behaviour)
    line = Line(
        new_sid("CA"),
        exchange.account_sid,
        number.phone,
        str(body.get("from") or "+13055550123"),
        datetime.now(UTC),
        behaviour,
        Form(),
        direction="inbound",
    )
    exchange.add(line)
    switch.receive(exchange, line, voice_url, number.settings.get("StatusCallback", ""))
    return {"call_sid": line.sid}


def _hang_up(exchange: Exchange, sid: str) -> dict[str, Any]:
    """The other side hangs up: of one call, or of all."""
    found = [line for line in exchange.calls.values() if sid in {"", line.sid} and not line.is_ended]
    for line in found:
        line.hang_up()
    return {"calls": [line.sid for line in found]}
