"""Where a call stands: a plain struct that can be stored and taken up again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from callout.features.calling.brain.actions import Disposition, EndReason, Message
from callout.features.calling.brain.inputs import Line
from callout.features.conversations.model import Turn

Stage = Literal["opening", "offer", "gather", "confirm", "agreed", "closing"]
OrderState = Literal["none", "asked", "created", "noted", "failed"]


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence handed to the host that was not reported yet.

    `meaning` is what its end asks for, such as `slot:address` or `confirm`; `group` joins sentences of one reply.
    """

    text: str
    meaning: str = ""
    group: str = ""
    is_protected: bool = False


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer is about to agree to; every value was said, or is on file and read back.

    Attributes:
        has_city: whether the address names a town, or is the one on file.
        when: the customer's words for the time; `starts`, `ends` what they mean, aware UTC.
        is_called_number: the phone is the number called.
    """

    customer_name: str | None = None
    customer_phone: str | None = None
    customer_address: str | None = None
    has_city: bool = False
    service_type: str | None = None
    description: str | None = None
    when: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    is_called_number: bool = True
    is_emergency: bool = False


class Thinking(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the language model that is not answered yet.

    Attributes:
        heard: the words that came and are not spoken yet.
        spoken: how many sentences of the reply were spoken.
        exchange: tool calls of this reply and their results.
        waits_for: the tool whose result it needs.
    """

    id: str
    heard: str = ""
    spoken: int = 0
    rounds: int = 0
    exchange: tuple[Message, ...] = ()
    waits_for: str | None = None


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """A flag as it was raised."""

    kind: str
    seq: int | None = None
    quote: str = ""
    detail: dict[str, Any] = {}


class State(msgspec.Struct, kw_only=True):
    """The whole memory of a call.

    Attributes:
        turns: the transcript; the agent's turns hold only what was spoken. A turn of the agent still grows while
            further sentences of the same reply are spoken.
        set_aside: seqs of the customer's turns that give no detail and never reach a language model.
        expecting: what the agent's last finished sentence asked for.
        before_nudge: what was expected before the agent asked whether anybody is there.
        asked: how often each question was asked.
        tools: pending tool calls by id: their names.
        done: tools that had their effect, by name: what they brought.
        hinted: details the triggers wait for; the agent was told to ask for them.
        lit: rules that were shown as triggered.
        partial: words of the customer that are not final.
        overheard: what the customer said while something was spoken that may not be interrupted.
    """

    language: str = "en"
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    turns: tuple[Turn, ...] = ()
    last_group: str = ""
    set_aside: tuple[int, ...] = ()
    counter: int = 0
    pending: dict[str, Pending] = {}
    is_disclosed: bool = False
    stage: Stage = "opening"
    expecting: str = ""
    asked: dict[str, int] = {}
    counts: dict[str, int] = {}
    line: Line = "unknown"
    nudges: int = 0
    before_nudge: str = ""
    is_armed: bool = False
    draft: Draft | None = None
    order: OrderState = "none"
    order_tool: str | None = None
    tools: dict[str, str] = {}
    done: dict[str, dict[str, Any]] = {}
    thinking: Thinking | None = None
    thinking_failures: int = 0
    whispers: tuple[str, ...] = ()
    hinted: tuple[str, ...] = ()
    lit: tuple[str, ...] = ()
    risk: float = 0.0
    is_scam: bool = False
    is_emergency: bool = False
    wants_callback: bool = False
    opted_out: bool = False
    recording: str | None = None
    partial: str = ""
    overheard: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    is_silent: bool = False
    is_ended: bool = False
    end_reason: EndReason | None = None
    disposition: Disposition | None = None

    @property
    def customer_turns(self) -> tuple[Turn, ...]:
        """What the customer said, without what was set aside."""
        return tuple(turn for turn in self.turns if turn.speaker == "customer" and turn.seq not in self.set_aside)
