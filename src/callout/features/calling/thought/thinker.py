"""The agent's language model in a call: takes the brain's `Think`, brings its `Thought` parts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec

from callout.features.calling.brain.actions import Think
from callout.features.calling.brain.inputs import Thought, ToolCall
from callout.features.calling.ports import ProviderFailed
from callout.features.calling.thought.failover import Begun, Failover
from callout.features.calling.thought.ports import Ended, Part, Question, Spent, Words


class Temper(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent wants its replies: temperature 0..2, tokens at most."""

    temperature: float = 0.7
    max_tokens: int = 1000


class CallThinker:
    """Thinks for one call; `spent` is what that took so far, one entry a reply."""

    def __init__(
        self, models: Failover, temper: Temper | None = None, on_spent: Callable[[Spent], None] | None = None
    ) -> None:
        """Takes the models, how replies are wanted, and who is told what each took."""
        self._models, self._temper, self._on_spent = models, temper or Temper(), on_spent
        self.spent: list[Spent] = []

    async def think(self, think: Think) -> AsyncIterator[Thought]:
        """The reply in parts, the last one `done`. The first is empty: it says that the model has begun.

        A failure comes as a part with `error`; sentences before it stand.
        """
        question = Question(
            messages=think.messages,
            tools=think.tools,
            max_tokens=self._temper.max_tokens,
            temperature=self._temper.temperature,
        )
        parts = self._models.stream(question)
        try:
            async with contextlib.aclosing(parts):
                async for part in parts:
                    yield self._thought(think.id, part)
        except ProviderFailed as failure:
            yield Thought(think_id=think.id, done=True, error=failure.code)

    def _thought(self, think_id: str, part: Part | Begun) -> Thought:
        match part:
            case Words(text=text):
                return Thought(think_id=think_id, text=text)
            case ToolCall():
                return Thought(think_id=think_id, tool=part)
            case Ended(spent=spent):
                self.spent.append(spent)
                if self._on_spent is not None:
                    self._on_spent(spent)
                return Thought(think_id=think_id, done=True)
        return Thought(think_id=think_id)
