"""Requests to the simulated Twilio taken apart, and its refusals."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from callout.sandbox.twilio_exchange import Exchange, Form, Line, Tape, new_sid
from callout.sandbox.twilio_numbers import refused_from, refused_to


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """What Twilio answers to a request it does not carry out."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request to an account. `parts`: the path under the account, without `.json`."""

    method: str
    parts: tuple[str, ...]
    path: str
    query: dict[str, str]
    form: Any
    is_trial: bool = False


class File(msgspec.Struct, frozen=True):
    """An answer that is no JSON."""

    content: bytes
    content_type: str


Answer = tuple[int, dict[str, Any] | File | None]


def new_line(exchange: Exchange, asked: Asked) -> Line:
    """A call that may be made.

    Raises:
        Refused: it may not.
    """
    form: Form = asked.form
    to, from_number = form["To"], form["From"]
    owned = {number.phone for number in exchange.numbers.values()}
    refused = refused_to(to, verified_only=asked.is_trial, verified=owned) or refused_from(
        from_number, owned=owned, must_own=exchange.limits.owned_only
    )
    if refused is not None:
        raise Refused(400, *refused)
    limit = exchange.limits.concurrent
    if limit is not None and exchange.active() >= limit:
        raise Refused(429, 10004, "Call concurrency limit exceeded")
    behaviour = exchange.behaviour(to)
    return Line(new_sid("CA"), exchange.account_sid, to, from_number, datetime.now(UTC), behaviour, form)


def line_of(exchange: Exchange, sid: str, asked: Asked) -> Line:
    """A call. Raises Refused."""
    if sid not in exchange.calls:
        raise missing(asked)
    return exchange.calls[sid]


def tape_of(exchange: Exchange, sid: str, asked: Asked) -> Tape:
    """A recording. Raises Refused."""
    if sid not in exchange.tapes:
        raise missing(asked)
    return exchange.tapes[sid]


def missing(asked: Asked) -> Refused:
    """There is no such thing."""
    return Refused(404, 20404, f"The requested resource {asked.path} was not found")
