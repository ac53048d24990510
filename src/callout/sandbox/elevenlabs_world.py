"""What the ElevenLabs simulator remembers: accounts by key, with voices, agents, calls and what is used; and delays."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import httpx
from litestar.datastructures import State
from litestar.exceptions import ClientException

from callout.kit.ids import uuid7
from callout.sandbox.elevenlabs_rules import Refused, check_standing
from callout.sandbox.keyed import standing_of

Recognizer = Callable[[bytes, int], str]
"""16-bit PCM and its rate → the words in it."""


class Asking(Protocol):
    """A request or a socket."""

    @property
    def headers(self) -> Any: ...


@dataclass
class Delays:
    """How long things take, in milliseconds of real time; by default nothing takes any.

    Attributes:
        tts_first_ms: from a text to its first audio.
        tts_ms_per_s: for each second of audio.
        stt_partial_ms: from a word to the partial transcript that has it.
        stt_commit_ms: from a commit to its transcript.
        clone_ms: for a voice.
        call_ms: from an outbound call to its end.
    """

    tts_first_ms: float = 0
    tts_ms_per_s: float = 0
    stt_partial_ms: float = 0
    stt_commit_ms: float = 0
    clone_ms: float = 0
    call_ms: float = 50


@dataclass
class Limits:
    """What an account may do. `session_s` is the longest session of live transcription."""

    voices: int = 30
    concurrent: int = 100
    characters: int = 100_000_000
    contexts: int = 5
    session_s: float = 3 * 3600


@dataclass
class Account:
    """One key's account."""

    key: str
    limits: Limits
    voices: dict[str, dict[str, Any]] = field(default_factory=dict)
    samples: dict[str, list[str]] = field(default_factory=dict)
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[str, dict[str, Any]] = field(default_factory=dict)
    characters: int = 0
    at_work: int = 0

    def bill(self, text: str, share: float = 1.0) -> int:
        """Counts the characters of a text; returns what it costs.

        Raises:
            Refused: so many are not left.
        """
        cost = max(1, round(len(text) * share))
        if standing_of(self.key) == "spent" or self.characters + cost > self.limits.characters:
            left = max(0, self.limits.characters - self.characters) if standing_of(self.key) != "spent" else 0
            raise Refused.quota(self.limits.characters, left, cost)
        self.characters += cost
        return cost

    def working(self) -> AbstractContextManager[None]:
        """Counts as one of the requests that run at once.

        Raises:
            Refused: there are too many.
        """
        if self.at_work >= self.limits.concurrent:
            raise Refused.concurrent(self.limits.concurrent)
        return self._counted()

    @contextmanager
    def _counted(self) -> Any:
        self.at_work += 1
        try:
            yield
        finally:
            self.at_work -= 1


@dataclass
class World:
    """Everything one simulator knows.

    Attributes:
        client: posts webhooks.
        recognizer: hears words in audio that carries no marks; None hears nothing in it.
        webhook: where finished calls are told: `url`, `secret`, and `events` (all by default).
        callees: what happens to a call by its number; "" for every other number.
        trouble: what goes wrong on the next sockets, one at a time; see `elevenlabs_controls`.
        is_audible: voices speak words one can understand, where flite is installed.
        running: calls that go on.
    """

    client: httpx.AsyncClient
    recognizer: Recognizer | None = None
    delays: Delays = field(default_factory=Delays)
    limits: Limits = field(default_factory=Limits)
    accounts: dict[str, Account] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    callees: dict[str, dict[str, Any]] = field(default_factory=dict)
    is_audible: bool = False
    trouble: deque[str] = field(default_factory=deque)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def account_of(self, key: str | None) -> Account:
        """The account of a key, opened by its first use.

        Raises:
            Refused: the key is none, or is not let in.
        """
        known = key if key and key.startswith("sk_") else None
        check_standing(standing_of(known))
        return self.accounts.setdefault(known or "", Account(known or "", self.limits))


def entered(asking: Asking, state: State) -> tuple[World, Account]:
    """The world and the account of whoever asks.

    Raises:
        Refused: the key is not let in.
    """
    world: World = state.world
    return world, world.account_of(asking.headers.get("xi-api-key"))


async def paused(ms: float) -> None:
    """Lets the time pass that something takes."""
    if ms > 0:
        await asyncio.sleep(ms / 1000)


def new_id(kind: Literal["voice", "agent", "phnum", "conv", "sample", "request"]) -> str:
    """An id as the service makes them: 20 letters and digits for voices, else with a word before."""
    number = uuid7().hex
    if kind in {"voice", "sample", "request"}:
        return f"S{number[-19:]}"
    return f"{kind}_{number[-28:]}"


def unix_now() -> int:
    """Seconds since 1970."""
    return int(time.time())


def object_of(data: Any) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ClientException: it is none.
    """
    if not isinstance(data, dict):
        raise ClientException("an object is expected")
    return data
