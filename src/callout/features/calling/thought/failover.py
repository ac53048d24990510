"""One reply by the first of several models that can: the next is asked while nothing has been handed on yet.

Text is handed on sentence by sentence, which is how it is spoken: a model that breaks off within its first sentence
leaves nothing behind, and another begins anew. After a finished sentence there is no other model: what was said stands,
and the failure is told. So no sentence is ever heard twice.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TypeVar, cast

import msgspec

from callout.features.calling.brain.claims import sentence_end
from callout.features.calling.ports import ProviderFailed, TooSlow, Unavailable
from callout.features.calling.thought.breaker import Breakers
from callout.features.calling.thought.ports import Ended, LanguageModel, Part, Question, Words
from callout.kit.observe.logs import logger

_log = logger(__name__)
ItemT = TypeVar("ItemT")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long a model is waited for, in seconds.

    Attributes:
        first_part_s: for its first part; with another model left to ask.
        next_part_s: between two parts.
        total_s: for everything, all models together.
    """

    first_part_s: float = 2.5
    next_part_s: float = 4.0
    total_s: float = 8.0


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """The first part came; its text follows once a sentence is finished."""

    provider: str
    model: str


class Failover:
    """Several models as one."""

    def __init__(self, models: Sequence[LanguageModel], breakers: Breakers, patience: Patience) -> None:
        """Takes at least one model, the one to be asked first at the beginning."""
        self._models, self._breakers, self._patience = models, breakers, patience

    async def stream(self, question: Question) -> AsyncGenerator[Part | Begun, None]:
        """The reply: `Begun`, whole sentences and tools, `Ended` last.

        Raises:
            ProviderFailed: no model answered, or one broke off after a sentence: the last failure.
        """
        until = asyncio.get_running_loop().time() + self._patience.total_s
        failure: ProviderFailed = Unavailable("No language model can be asked.")
        order = self.order()
        for index, model in enumerate(order):
            has_spoken = False
            try:
                parts = self._sentences(model, question, until, is_last=index == len(order) - 1)
                async with contextlib.aclosing(parts):
                    async for part in parts:
                        has_spoken = has_spoken or not isinstance(part, Begun)
                        yield part
            except ProviderFailed as problem:
                self._breakers.note(model.key_id, problem)
                _log.warning("model_failed", provider=model.provider, model=model.model, code=problem.code)
                failure = problem
                if has_spoken or asyncio.get_running_loop().time() >= until:
                    break
            else:
                self._breakers.note(model.key_id)
                return
        raise failure

    def order(self) -> list[LanguageModel]:
        """Who is asked: in the given order, those left alone for a while last."""
        return sorted(self._models, key=lambda model: self._breakers.rests(model.key_id))

    async def _sentences(
        self, model: LanguageModel, question: Question, until: float, *, is_last: bool
    ) -> AsyncGenerator[Part | Begun, None]:
        waiting, is_begun = "", False
        parts = cast("AsyncGenerator[Part, None]", model.stream(question))
        async with contextlib.aclosing(parts):
            while True:
                patience = self._patience.next_part_s if is_begun or is_last else self._patience.first_part_s
                part = await _within(parts, patience, until)
                if part is None:
                    raise Unavailable("The reply broke off.")
                if not is_begun:
                    is_begun = True
                    yield Begun(provider=model.provider, model=model.model)
                if isinstance(part, Words):
                    waiting += part.text
                    while (end := sentence_end(waiting)) is not None:
                        yield Words(waiting[:end])
                        waiting = waiting[end:]
                    continue
                if waiting.strip():
                    yield Words(waiting)
                waiting = ""
                yield part
                if isinstance(part, Ended):
                    return


async def _within(parts: AsyncIterator[ItemT], seconds: float, until: float) -> ItemT | None:
    """The next part; None after the last."""
    left = max(0.0, until - asyncio.get_running_loop().time())
    try:
        async with asyncio.timeout(min(seconds, left)):
            return await anext(parts, None)
    except TimeoutError as error:
        raise TooSlow("The model took too long.") from error
