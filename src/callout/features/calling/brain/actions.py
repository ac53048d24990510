"""What the brain asks its host to do, in this order."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

EndReason = Literal[
    "customer_hangup",
    "agent_hangup",
    "max_duration",
    "silence",
    "opt_out",
    "scam",
    "transferred",
    "operator",
    "provider_error",
]
Disposition = Literal[
    "interested",
    "converted",
    "callback",
    "not_interested",
    "information",
    "complaint",
    "do_not_call",
    "wrong_number",
    "voicemail",
    "no_decision",
    "scam",
]
FlagKind = Literal[
    "opt_out",
    "human_request",
    "identity_question",
    "sensitive",
    "injection",
    "emergency",
    "wrong_number",
    "abuse",
    "complaint",
    "line",
    "language",
    "trigger",
    "scam",
    "withdrawn",
    "claim_blocked",
    "tool_failed",
    "provider",
    "dtmf",
]


class Say(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Speak a text after those before it; report it by `AgentSaid`.

    Attributes:
        interruptible: whether the customer's speech may cut it.
        language: ISO 639-1.
    """

    id: str
    text: str
    interruptible: bool = True
    language: str = "en"


class Hush(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Stop speaking and drop what waits; report what was cut by `AgentSaid`."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the context for a language model.

    `calls` belong to the assistant; a message of role tool answers the one whose id is `tool_call_id`.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    calls: tuple[dict[str, Any], ...] = ()
    tool_call_id: str | None = None


class ToolSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A tool a language model may ask for; `parameters` is a JSON schema."""

    name: str
    description: str
    parameters: dict[str, Any]


class Think(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Ask the language model; hand its reply back in `Thought` parts. It replaces an earlier one."""

    id: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()


class StopThinking(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The reply is not wanted any more; later `Thought` parts of it are ignored."""

    id: str


class CallTool(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Carry out a tool and report by `ToolResult`; with the same `key` it has its effect once."""

    id: str
    name: str
    arguments: dict[str, Any]
    key: str


class Transfer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Connect the customer to a person once everything is spoken; report by `ToolResult`. `to` is E.164."""

    id: str
    to: str
    reason: str


class Suppress(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Put the number on the suppression list at once, for every campaign."""

    reason: Literal["opt_out_speech", "opt_out_keyword"]
    quote: str
    seq: int | None = None


class SendDigits(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Press keys, to a menu."""

    digits: str


class SetTimer(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Send `Timer` after so many seconds; replaces a timer of that name, None takes it away."""

    name: str
    after_s: float | None


class SetLanguage(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Listen and speak in another language from now on, ISO 639-1."""

    language: str


class Record(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What holds for the recording: it may start (announced, given) or is off and what exists is deleted (refused)."""

    consent: Literal["announced", "given", "refused"]


class Flag(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A fact for monitor and records. `provisional`: from words that are not final yet."""

    kind: FlagKind
    seq: int | None = None
    quote: str = ""
    detail: dict[str, Any] = {}
    provisional: bool = False


class End(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Hang up; the last action of a call. `after_speech`: once everything is spoken, at most 10 s later."""

    reason: EndReason
    disposition: Disposition
    after_speech: bool = True


Action = (
    Say
    | Hush
    | Think
    | StopThinking
    | CallTool
    | Transfer
    | Suppress
    | SendDigits
    | SetTimer
    | SetLanguage
    | Record
    | Flag
    | End
)
