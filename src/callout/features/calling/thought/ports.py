"""A language model as calling needs it: replies as they are made, and answers of a given shape.

Failures are those of `calling.ports`: `KeyRefused` and `QuotaSpent` need a person, `RequestRefused` another request,
`RateLimited`, `Unavailable` and `TooSlow` only time; `Declined` another model.
"""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Generic, Literal, Protocol, TypeVar

import msgspec
from pydantic import BaseModel

from callout.features.calling.brain.actions import Message, ToolSpec
from callout.features.calling.brain.inputs import ToolCall
from callout.features.calling.ports import Mode, ProviderFailed

AnswerT = TypeVar("AnswerT", bound=BaseModel)
End = Literal["stop", "tools", "length"]


class Declined(ProviderFailed):
    """The model does not answer this; another may."""

    code = "declined"
    is_final = True


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is asked.

    Attributes:
        messages: the system's words first, then the talk in its order.
        tools: what it may ask for; at most one at a time.
        max_tokens: of the reply.
        temperature: 0..2; left out where a model does not take it.
    """

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 1000
    temperature: float = 0.7


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a reply took.

    Attributes:
        provider: as in the provider configuration, such as claude.
        model: as the provider names what answered.
        input_tokens: cached ones included.
        cost: in US dollars by list price; None where there is no price for the model.
        first_token_ms: from the request to the first part, where the reply was streamed.
    """

    provider: str
    model: str
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None
    first_token_ms: float | None = None
    mode: Mode = "live"

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input_tokens + self.output_tokens


class Words(msgspec.Struct, frozen=True):
    """Some more text of a reply."""

    text: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The reply is complete; `length`: it was cut at `max_tokens`."""

    spent: Spent
    end: End = "stop"


Part = Words | ToolCall | Ended


class LanguageModel(Protocol):
    """One model by one key. Made by the composition root; safe for concurrent use.

    Attributes:
        provider: as in the provider configuration, such as openai.
        model: what is asked for.
        key_id: tells keys apart without telling them.
    """

    provider: str
    model: str
    key_id: str

    def stream(self, question: Question) -> AsyncIterator[Part]:
        """The reply in parts as they come, `Ended` last. Asked once; closing the iterator ends the request.

        Tools come whole, with arguments that are a JSON object.

        Raises:
            Declined: it will not answer that.
            ProviderFailed: as its subclasses say; also midway.
        """

    async def answer(
        self, question: Question, shape: type[AnswerT], *, timeout_s: float, token_budget: int | None = None
    ) -> "Answer[AnswerT]":
        """An answer of a shape; an answer of another shape is asked for once more.

        Args:
            question: its tools are not used.
            shape: a pydantic model; what comes is valid by it.
            timeout_s: for all of it.
            token_budget: at most so many tokens, read and written together.

        Raises:
            RequestRefused: the budget is spent, or there was no valid answer.
            TooSlow: not in time.
            ProviderFailed: as its subclasses say.
        """


class Answer(msgspec.Struct, Generic[AnswerT], frozen=True, kw_only=True):
    """A valid answer and what it took."""

    value: AnswerT
    spent: Spent


class TypedAnswers(Protocol):
    """Answers of a given shape, by whichever of a tenant's models answers first."""

    async def answer(
        self, messages: Sequence[Message], shape: type[AnswerT], *, timeout_s: float, token_budget: int | None = None
    ) -> Answer[AnswerT]:
        """As `LanguageModel.answer`; the time is for all models together."""
