"""What a live call needs: a line that speaks, a model that thinks, tools, a carrier, and somebody who keeps records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

from callout.features.calling.brain.actions import CallTool, Say, Suppress, Think
from callout.features.calling.brain.inputs import AgentSaid, Thought, ToolResult
from callout.features.calling.brain.outcome import CallOutcome
from callout.features.calling.hosting.latency import TurnTimes
from callout.features.conversations.model import Turn


class Line(Protocol):
    """The customer's ear. Texts are spoken one after the other; each is reported to the host by `AgentSaid`."""

    async def speak(self, say: Say) -> None:
        """Speaks a text after those before it."""

    async def hush(self) -> list[AgentSaid]:
        """Stops what may be interrupted and drops what waits; tells what was really spoken of each, in order."""

    async def press(self, digits: str) -> None:
        """Sends keys."""

    async def switch_language(self, language: str) -> None:
        """Listens and speaks in another language (ISO 639-1) from now on."""

    async def played_out(self) -> None:
        """Waits, a moment at most, until the customer heard what was spoken."""

    async def close(self) -> None:
        """Closes the line; what is not spoken yet is lost."""


class Thinker(Protocol):
    """The agent's language model, failover included."""

    def think(self, think: Think) -> AsyncIterator[Thought]:
        """Its reply in parts; the last one is `done`."""


class Tools(Protocol):
    """What the agent can do for the customer."""

    async def carry_out(self, call: CallTool) -> ToolResult:
        """Carries out a tool with at most one effect for its key."""


class Carrier(Protocol):
    """The phone call that the line is part of."""

    async def transfer(self, to: str) -> None:
        """Connects the customer to another number (E.164); raises when that is not possible."""

    async def take_over(self, to: str) -> None:
        """Brings the customer and a person at a number (E.164) together once they answer; raises when nobody does."""

    async def say_instead(self, text: str, language: str) -> None:
        """Says a sentence with the carrier's own voice and hangs up: for when nothing of ours can speak."""

    async def hang_up(self) -> None:
        """Ends the call; a call that is over stays as it is."""


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one service of a provider was used for in a call, in its own unit; `cost` where it is known already.

    `model` decides the price where the provider has several.
    """

    provider: str
    service: Literal["telephony", "stt", "tts", "llm"]
    units: float
    unit: str
    cost: Decimal | None = None
    currency: str = "USD"
    model: str | None = None


class Records(Protocol):
    """Keeps what happens in a call. What it is told comes in order; it may fail, and is then told again."""

    async def answered(self, at: datetime) -> None:
        """The line is open."""

    async def turns(self, turns: Sequence[Turn]) -> None:
        """New turns and those that grew, by seq."""

    async def event(self, kind: str, data: dict[str, Any]) -> None:
        """Something the monitor shows: reply, alert, flag."""

    async def latency(self, times: Sequence[TurnTimes]) -> None:
        """How long replies took."""

    async def suppress(self, action: Suppress) -> None:
        """The customer wants no further calls."""

    async def recording(self, consent: Literal["announced", "given", "refused"]) -> None:
        """What holds for the recording."""

    async def first_speech(self, at: datetime, *, disclosed: bool) -> None:
        """The agent's first words were heard."""

    async def conclude(self, outcome: CallOutcome, usage: Sequence[Usage]) -> None:
        """The call is over."""
