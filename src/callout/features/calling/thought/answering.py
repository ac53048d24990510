"""Answers of a given shape by the first of several models that can."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from callout.features.calling.brain.actions import Message
from callout.features.calling.ports import ProviderFailed, TooSlow, Unavailable
from callout.features.calling.thought.breaker import Breakers
from callout.features.calling.thought.ports import Answer, AnswerT, LanguageModel, Question

_MAX_TOKENS = 4000


class Answering:
    """Several models as one; implements `TypedAnswers`."""

    def __init__(self, models: Sequence[LanguageModel], breakers: Breakers) -> None:
        """Takes the models in the order they are asked."""
        self._models, self._breakers = models, breakers

    async def answer(
        self, messages: Sequence[Message], shape: type[AnswerT], *, timeout_s: float, token_budget: int | None = None
    ) -> Answer[AnswerT]:
        """See `TypedAnswers.answer`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + timeout_s
        limit = min(_MAX_TOKENS, token_budget) if token_budget is not None else _MAX_TOKENS
        question = Question(messages=tuple(messages), max_tokens=limit, temperature=0.0)
        failure: ProviderFailed = Unavailable("No language model can be asked.")
        for model in sorted(self._models, key=lambda one: self._breakers.rests(one.key_id)):
            if (left := until - loop.time()) <= 0:
                raise TooSlow("No model answered in time.")
            try:
                found = await model.answer(question, shape, timeout_s=left, token_budget=token_budget)
            except ProviderFailed as problem:
                self._breakers.note(model.key_id, problem)
                failure = problem
            else:
                self._breakers.note(model.key_id)
                return found
        raise failure
