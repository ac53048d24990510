"""What the brain is told, in the order in which it happened.

When the customer interrupts, `AgentSaid` with the words really spoken comes before the `Final` of the customer.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from callout.features.calling.brain.evidence import Finding

Line = Literal["human", "voicemail", "ivr", "screening", "fax", "unknown"]


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The line is open in both directions."""


class Partial(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What the customer has said so far; a later one or the `Final` replaces it."""

    text: str


class Final(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A finished turn of the customer. `language` is what the recogniser heard, ISO 639-1."""

    text: str
    confidence: float | None = None
    language: str | None = None
    duration_ms: int | None = None


class AgentSaid(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What was really spoken of a `Say`: all of it, or the part before an interruption (maybe none).

    `say_id` is None for words of an operator spoken with the agent's voice.
    """

    say_id: str | None
    text: str
    interrupted: bool = False
    duration_ms: int | None = None


class Dtmf(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A key the customer pressed: 0..9, * or #."""

    digit: str


class Amd(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Who answered, as the carrier detected it; `beep`: a voicemail is recording now."""

    line: Line
    beep: bool = False


class Hangup(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The line is closed."""

    by: Literal["customer", "agent", "operator", "provider"] = "customer"


class Timer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A timer asked for by `SetTimer` ran out."""

    name: str


class ToolResult(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What came of a `CallTool` or `Transfer`; `error` is for people and logs, not for the customer."""

    tool_id: str
    ok: bool
    value: dict[str, Any] = {}
    error: str | None = None


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A tool the language model asks for; `id` is the model's own."""

    id: str
    name: str
    arguments: dict[str, Any] = {}


class Thought(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A part of a language model's reply to a `Think`: text, a tool call, its end, or its failure."""

    think_id: str
    text: str = ""
    tool: ToolCall | None = None
    done: bool = False
    error: str | None = None


class Studied(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What `evidence.study` found in the talk so far; made off the reply path."""

    finding: Finding


class Operator(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A person of the business steps in.

    `whisper`: only the agent hears `text`; `take_over`: the person speaks, the agent is silent until `hand_back`;
    `handed_over`: the customer is with somebody else for good.
    """

    kind: Literal["whisper", "take_over", "hand_back", "handed_over", "end"]
    text: str = ""


class Trouble(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A provider failed for good in this call, the failover included."""

    kind: Literal["hearing", "speaking", "line"]


Input = (
    Answered
    | Partial
    | Final
    | AgentSaid
    | Dtmf
    | Amd
    | Hangup
    | Timer
    | ToolResult
    | Thought
    | Studied
    | Operator
    | Trouble
)
