"""The REST API of the simulated Twilio: who carries out which request."""

from datetime import UTC, datetime

from callout.sandbox import twilio_shapes as shapes
from callout.sandbox.twilio_calls import calls, recordings
from callout.sandbox.twilio_conferences import conferences
from callout.sandbox.twilio_exchange import Exchange
from callout.sandbox.twilio_requests import Answer, Asked, Refused, missing
from callout.sandbox.twilio_switch import Switch


def serve(exchange: Exchange, switch: Switch, asked: Asked) -> Answer:
    """Carries out a request.

    Raises:
        Refused: Twilio would not.
    """
    kind, rest = asked.parts[0], asked.parts[1:]
    match kind:
        case "Calls":
            return calls(exchange, switch, rest, asked)
        case "Recordings":
            return recordings(exchange, rest, asked)
        case "Conferences":
            return conferences(exchange, switch, rest, asked)
        case "IncomingPhoneNumbers":
            return _numbers(exchange, rest, asked)
    raise missing(asked)


def _numbers(exchange: Exchange, rest: tuple[str, ...], asked: Asked) -> Answer:
    sid, form = exchange.account_sid, asked.form
    if not rest and asked.method == "GET":
        items = [
            shapes.number(number, sid)
            for number in exchange.numbers.values()
            if asked.query.get("PhoneNumber") in {None, number.phone}
        ]
        return 200, shapes.page(items, "incoming_phone_numbers", asked.path, asked.query)
    if not rest:
        if not form["PhoneNumber"].startswith("+"):
            raise Refused(400, 21421, "PhoneNumber is invalid")
        number = exchange.own(form["PhoneNumber"], datetime.now(UTC))
        number.settings |= dict(form.pairs)
        return 201, shapes.number(number, sid)
    found = exchange.numbers.get(rest[0])
    if found is None:
        raise missing(asked)
    if asked.method == "DELETE":
        del exchange.numbers[found.sid]
        return 204, None
    found.settings |= dict(form.pairs)
    return 200, shapes.number(found, sid)
