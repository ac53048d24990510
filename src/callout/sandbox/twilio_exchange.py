"""What the simulated Twilio remembers of one account: numbers, calls, recordings, conferences."""

import asyncio
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from callout.sandbox.twilio_behaviour import Behaviour, behaviour_of
from callout.sandbox.twilio_numbers import OWN

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
MOST_CALLS, MOST_TAPES = 20_000, 200


class Form:
    """The fields of a request, of which some come more than once."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self.pairs if key == name), "")

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    def all(self, name: str) -> list[str]:
        """Every value of a field; a value may hold several words."""
        return [word for key, value in self.pairs if key == name for word in value.split()]

    def number(self, name: str, default: float) -> float:
        """A field as a number."""
        try:
            return float(self[name])
        except ValueError:
            return default

    def is_on(self, name: str, *, default: bool = False) -> bool:
        """A field as yes or no."""
        return self[name].lower() == "true" if name in self else default


@dataclass
class Tape:
    """A recording: mu-law of the callee and of our side, 8 kHz."""

    sid: str
    call_sid: str
    started: datetime
    source: str
    callback: Form
    status: str = "in-progress"
    duration: int = 0
    channels: int = 2
    callee: bytearray = field(default_factory=bytearray)
    agent: bytearray = field(default_factory=bytearray)


@dataclass
class Line:
    """A call.

    Attributes:
        document: TwiML to be performed next.
        changed: something else is to be done with the call.
        is_over: it is to end.
        is_done: it ended.
        said: what was said at either end, as far as it was heard.
        posts: webhooks sent: kind, status answered.
    """

    sid: str
    account_sid: str
    to: str
    from_number: str
    created: datetime
    behaviour: Behaviour
    asked: Form
    direction: str = "outbound-api"
    parent_sid: str | None = None
    status: str = "queued"
    document: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    is_done: asyncio.Event = field(default_factory=asyncio.Event)
    answered: datetime | None = None
    answered_at: float = 0.0
    ended: datetime | None = None
    duration: int | None = None
    answered_by: str | None = None
    sip: int | None = None
    sequence: int = 0
    said: list[dict[str, Any]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tapes: list[Tape] = field(default_factory=list)
    mail: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_ended(self) -> bool:
        """Whether nothing can be done with it any more."""
        return self.status in ENDED

    def hang_up(self) -> None:
        """Has the call end now."""
        self.is_over.set()
        self.changed.set()

    def redirect(self, document: str) -> None:
        """Has the call do something else."""
        self.document = document
        self.changed.set()


@dataclass
class Participant:
    """A call in a conference."""

    call_sid: str
    label: str | None = None
    is_muted: bool = False
    is_held: bool = False
    coaches: str | None = None
    starts: bool = True
    ends: bool = False


@dataclass
class Room:
    """A conference."""

    sid: str
    name: str
    created: datetime
    status: str = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Owned:
    """A number of the account."""

    sid: str
    phone: str
    created: datetime
    settings: dict[str, str] = field(default_factory=dict)


@dataclass
class Limits:
    """What an account may do at once, and what goes wrong with its webhooks."""

    calls_per_second: float = 1.0
    concurrent: int | None = None
    owned_only: bool = False
    duplicate: float = 0.0
    shuffle: float = 0.0
    delay_s: float = 0.0
    drop: tuple[str, ...] = ()


class Exchange:
    """One account's state. Used by one event loop."""

    def __init__(self, account_sid: str, now: datetime) -> None:
        self.account_sid = account_sid
        self.token = ""
        self.calls: dict[str, Line] = {}
        self.tapes: dict[str, Tape] = {}
        self.rooms: dict[str, Room] = {}
        self.numbers: dict[str, Owned] = {}
        self.behaviours: dict[str, Behaviour] = {}
        self.default: Behaviour | None = None
        self.voice = ""
        self.limits = Limits()
        self.next_slot = 0.0
        self._kept: deque[Tape] = deque()
        self.own(OWN, now)

    def behaviour(self, number: str) -> Behaviour:
        """Who answers a number."""
        return self.behaviours.get(number) or self.default or behaviour_of(number)

    def own(self, phone: str, now: datetime) -> Owned:
        """Gives the account a number, once."""
        for number in self.numbers.values():
            if number.phone == phone:
                return number
        number = Owned(new_sid("PN"), phone, now)
        self.numbers[number.sid] = number
        return number

    def owned(self, phone: str) -> Owned | None:
        """The account's number with these digits."""
        return next((number for number in self.numbers.values() if number.phone == phone), None)

    def add(self, line: Line) -> None:
        """Keeps a call; the oldest that are over are forgotten."""
        self.calls[line.sid] = line
        if len(self.calls) > MOST_CALLS:
            oldest = next(iter(self.calls))
            if self.calls[oldest].is_ended:
                del self.calls[oldest]

    def keep(self, tape: Tape) -> None:
        """Keeps a recording; of old ones the sound is forgotten."""
        self.tapes[tape.sid] = tape
        self._kept.append(tape)
        if len(self._kept) > MOST_TAPES:
            old = self._kept.popleft()
            old.callee.clear()
            old.agent.clear()

    def active(self) -> int:
        """How many calls are under way."""
        return sum(not line.is_ended and line.status != "queued" for line in self.calls.values())

    def room(self, name_or_sid: str) -> Room | None:
        """The conference of that id, or the one under way with that name."""
        if name_or_sid in self.rooms:
            return self.rooms[name_or_sid]
        found = (room for room in self.rooms.values() if room.name == name_or_sid and room.status != "completed")
        return next(found, None)

    def open_room(self, name: str, now: datetime) -> Room:
        """The conference with a name, begun when there is none."""
        room = self.room(name)
        if room is None:
            room = Room(new_sid("CF"), name, now)
            self.rooms[room.sid] = room
        return room


def new_sid(kind: str) -> str:
    """An id as Twilio makes them: two letters and 32 hexadecimal digits."""
    return kind + secrets.token_hex(16)
