"""A language model by pydantic-ai: streamed replies and answers of a given shape."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
from pydantic_ai import Agent, ToolOutput
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import (
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
)
from pydantic_ai.models import StreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import UsageLimits

from callout.adapters.llm.bridge import all_closed
from callout.adapters.llm.failures import failure_of
from callout.adapters.llm.families import LABELS, family_model
from callout.adapters.llm.messages import conversation, parameters
from callout.adapters.llm.prices import priced
from callout.features.calling.brain.inputs import ToolCall
from callout.features.calling.ports import Mode, TooSlow, Unavailable
from callout.features.calling.thought.ports import Answer, AnswerT, Declined, End, Ended, Part, Question, Spent, Words

_ENDS: dict[str, End] = {"stop": "stop", "tool_call": "tools", "length": "length"}


class PydanticAiModel:
    """One model by one key; implements `LanguageModel`."""

    def __init__(
        self,
        provider: str,
        model: str,
        *,
        api_key: str,
        base_url: str,
        client: httpx.AsyncClient,
        key_id: str = "",
        mode: Mode = "live",
    ) -> None:
        """Takes whom to ask, see `families.family_model`."""
        self.provider, self.model, self.key_id = provider, model, key_id or provider
        self._label, self._mode = LABELS.get(provider, provider), mode
        self._model = family_model(provider, model, api_key=api_key, base_url=base_url, client=client)

    async def stream(self, question: Question) -> AsyncIterator[Part]:
        """See `LanguageModel.stream`."""
        started, first = time.monotonic(), None
        try:
            asked = model_request_stream(
                self._model,
                conversation(question.messages),
                model_settings=self._settings(question),
                model_request_parameters=parameters(question.tools),
            )
            async with all_closed(), asked as reply:
                async for event in reply:
                    part = self._part(event)
                    if part is not None:
                        first = first or time.monotonic()
                        yield part
                yield self._end(reply, (first - started) * 1000 if first else None)
        except AgentRunError as error:
            raise failure_of(error, self._label) from error

    async def answer(
        self, question: Question, shape: type[AnswerT], *, timeout_s: float, token_budget: int | None = None
    ) -> Answer[AnswerT]:
        """See `LanguageModel.answer`."""
        *before, last = conversation(question.messages)
        agent = Agent(self._model, output_type=ToolOutput(shape, max_retries=1))
        try:
            async with asyncio.timeout(timeout_s):
                run = await agent.run(
                    message_history=[*before, last],
                    model_settings=self._settings(question),
                    usage_limits=UsageLimits(request_limit=2, total_tokens_limit=token_budget),
                )
        except TimeoutError as error:
            raise TooSlow(f"{self._label} took too long.") from error
        except AgentRunError as error:
            raise failure_of(error, self._label) from error
        usage = run.usage
        return Answer(
            value=run.output,
            spent=self._spent(
                run.response.model_name, usage.input_tokens, usage.cache_read_tokens, usage.output_tokens
            ),
        )

    def _part(self, event: ModelResponseStreamEvent) -> Part | None:
        match event:
            case PartStartEvent(part=TextPart(content=text)) if text:
                return Words(text)
            case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                return Words(text)
            case PartEndEvent(part=ToolCallPart() as call):
                return ToolCall(id=call.tool_call_id, name=call.tool_name, arguments=self._arguments(call))
        return None

    def _arguments(self, call: ToolCallPart) -> dict[str, object]:
        """The arguments of a call; a reply that ends within them is no reply."""
        try:
            found = call.args if isinstance(call.args, dict) else json.loads(call.args or "{}")
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Unavailable(f"{self._label} broke off within a tool call.", detail="incomplete_arguments")
        return found

    def _end(self, reply: StreamedResponse, first_token_ms: float | None) -> Ended:
        whole = reply.get()
        if whole.finish_reason == "content_filter":
            raise Declined(f"{self._label} declined to answer.")
        if whole.finish_reason is None or whole.finish_reason == "error":
            raise Unavailable(f"{self._label} broke off.", detail="incomplete")
        usage = whole.usage
        spent = self._spent(
            whole.model_name, usage.input_tokens, usage.cache_read_tokens, usage.output_tokens, first_token_ms
        )
        return Ended(spent=spent, end=_ENDS.get(whole.finish_reason, "stop"))

    def _spent(
        self, model: str | None, read: int, cached: int, written: int, first_token_ms: float | None = None
    ) -> Spent:
        spent = Spent(
            provider=self.provider,
            model=model or self.model,
            input_tokens=read,
            cached_tokens=cached,
            output_tokens=written,
            first_token_ms=first_token_ms,
            mode=self._mode,
        )
        return priced(spent, self.model)

    def _settings(self, question: Question) -> ModelSettings:
        """One tool at a time, no long thought, and nothing sent again: whoever asked decides that."""
        settings = ModelSettings(
            max_tokens=question.max_tokens, temperature=question.temperature, thinking=False, max_retries=0
        )
        if self.provider != "gemini":
            settings["parallel_tool_calls"] = False
        return settings
