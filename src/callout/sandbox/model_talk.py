"""What a simulated language model is asked and answers, free of any provider's wire."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool the model may call; `parameters` is its JSON schema."""

    name: str
    parameters: Mapping[str, Any] = {}


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the talk; of role tool, `tool` says which tool brought `text`."""

    role: Literal["user", "assistant", "tool"]
    text: str = ""
    tool: str | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request, whatever wire it came by.

    Attributes:
        must_call: name of a tool that has to be called, or "any".
        schema: JSON schema the text has to follow.
        max_tokens: at most so many tokens of reply.
        is_stream: parts are wanted as they come.
        wants_usage: the stream ends with usage, where that is asked for.
    """

    model: str
    system: str = ""
    turns: Sequence[Turn] = ()
    tools: Sequence[Tool] = ()
    must_call: str | None = None
    schema: Mapping[str, Any] | None = None
    max_tokens: int | None = None
    is_stream: bool = False
    wants_usage: bool = True

    @property
    def heard(self) -> str:
        """What was said last, by the user."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")

    @property
    def size(self) -> int:
        """Tokens of the request, by rule of thumb."""
        said = sum(len(turn.text) for turn in self.turns)
        return (len(self.system) + said + sum(len(str(tool.parameters)) for tool in self.tools)) // 4 + 1


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a tool."""

    name: str
    arguments: Mapping[str, Any] = {}


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the model says and how its answer travels.

    Attributes:
        refusal: why it says nothing else.
        is_cut_short: it ran out of tokens; the arguments of its last call stay incomplete.
        first_token_s: how long before anything comes.
        gap_s: between two parts.
        error_after: the stream brings an error after so many parts.
        error: name of that error in the provider's words; its overload by default.
        cut_after: the line breaks after so many parts.
        raw: the body as it goes over the wire, instead of everything else.
    """

    text: str = ""
    calls: Sequence[Call] = ()
    refusal: str | None = None
    is_cut_short: bool = False
    first_token_s: float = 0.0
    gap_s: float = 0.0
    error_after: int | None = None
    error: str | None = None
    cut_after: int | None = None
    raw: str | None = None

    @property
    def size(self) -> int:
        """Tokens of the reply, by rule of thumb."""
        said = self.text or self.refusal or ""
        return len(pieces(said)) + sum(len(str(dict(call.arguments))) // 4 + 8 for call in self.calls)


def pieces(text: str) -> list[str]:
    """A text in the portions a model sends it: words with the space before them."""
    words = text.split(" ")
    return [word if index == 0 else f" {word}" for index, word in enumerate(words)] if text else []


def within(reply: Reply, max_tokens: int | None) -> Reply:
    """The reply cut to what may be sent."""
    said = pieces(reply.text)
    if max_tokens is None or len(said) <= max_tokens:
        return reply
    return msgspec.structs.replace(reply, text="".join(said[:max_tokens]), calls=(), is_cut_short=True)


def json_pieces(text: str, size: int = 12) -> list[str]:
    """JSON text in the portions it is sent."""
    return [text[at : at + size] for at in range(0, len(text), size)]
