"""The recorded answers of the providers, byte by byte, as the adapter reads them."""

import pytest

from callout.features.calling.brain.actions import Message
from callout.features.calling.brain.inputs import ToolCall
from callout.features.calling.ports import ProviderFailed, Unavailable
from callout.features.calling.thought.ports import Declined, Ended, Question, Words

from .conftest import FAMILIES

QUESTION = Question(messages=(Message(role="user", content="Hello"),))


@pytest.fixture
def played(arrange, make, shared_data):
    async def heard(provider, name):
        family = FAMILIES[provider]
        raw = (shared_data / "payloads" / family.recorded / name).read_text("utf-8")
        await arrange(family, next=[{"raw": raw}])
        return [part async for part in make(family).stream(QUESTION)]

    return heard


@pytest.mark.parametrize(
    ("provider", "name", "begins", "tokens"),
    [
        ("openai", "stream_text.sse", "I'm unable to provide real-time weather", 44),
        ("openai", "stream_short.sse", '{"', 80),
        ("claude", "stream_text.sse", "Hello there!", 17),
        ("gemini", "streaming-success-basic-reply-short.sse", "Cheyenne", 0),
        ("gemini", "streaming-success-utf8.sse", "秋风瑟瑟", 0),
        ("grok", "stream_text.sse", "Hello!", 14),
    ],
)
async def test_recorded_text(played, provider, name, begins, tokens):
    parts = await played(provider, name)
    assert "".join(part.text for part in parts if isinstance(part, Words)).startswith(begins)
    end = parts[-1]
    assert isinstance(end, Ended)
    assert end.end == ("length" if name == "stream_short.sse" else "stop")
    assert end.spent.tokens == tokens


@pytest.mark.parametrize(
    ("provider", "name", "called", "arguments"),
    [
        ("openai", "stream_tool_calls.sse", "get_weather", {"city": "New York City"}),
        ("claude", "stream_tool_use.sse", "get_weather", {"location": "Paris"}),
        ("gemini", "streaming-success-function-call-short.sse", "getTemperature", {"city": "San Jose"}),
    ],
)
async def test_recorded_tool_calls(played, provider, name, called, arguments):
    call = next(part for part in await played(provider, name) if isinstance(part, ToolCall))
    assert (call.name, call.arguments) == (called, arguments)


@pytest.mark.parametrize(
    ("provider", "name", "failure"),
    [
        ("openai", "stream_refusal.sse", Declined),
        ("claude", "stream_refusal.sse", Declined),
        ("gemini", "streaming-failure-finish-reason-safety.sse", Declined),
        ("gemini", "streaming-failure-prompt-blocked-safety.sse", Declined),
        ("gemini", "streaming-failure-empty-content.sse", Unavailable),
        ("claude", "stream_incomplete_tool_json.sse", Unavailable),
        ("claude", "stream_error_event.sse", Unavailable),
    ],
)
async def test_recorded_failures(played, provider, name, failure):
    with pytest.raises(failure) as caught:
        await played(provider, name)
    assert isinstance(caught.value, ProviderFailed)
