"""Streamed replies of every family: text, tools, usage, failures before and within."""

import asyncio
import time

import pytest
from pydantic import BaseModel, Field

from callout.features.calling.brain.actions import Message, ToolSpec
from callout.features.calling.brain.inputs import ToolCall
from callout.features.calling.ports import (
    KeyRefused,
    ProviderFailed,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    TooSlow,
    Unavailable,
)
from callout.features.calling.thought.ports import Declined, Ended, Question, Words

TALK = (
    Message(role="system", content="You are Ada. Be brief."),
    Message(role="assistant", content="Hello, this is Ada, an AI assistant."),
    Message(role="user", content="Hi, what is this about?"),
)
ORDER = ToolSpec(
    name="create_order",
    description="Propose an order.",
    parameters={
        "type": "object",
        "properties": {
            "customer_name": {"type": "string"},
            "customer_address": {"type": "string"},
            "service_type": {"type": "string", "enum": ["plumbing_repair", "cleaning"]},
        },
        "required": ["customer_name"],
        "additionalProperties": False,
    },
)
LOOK_UP = ToolSpec(
    name="search_knowledge",
    description="Look up a fact.",
    parameters={"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
)


async def heard(model, question=None):
    return [part async for part in model.stream(question or Question(messages=TALK))]


def text_of(parts):
    return "".join(part.text for part in parts if isinstance(part, Words))


async def test_text_comes_in_parts_and_ends_with_what_it_took(family, make, arrange):
    await arrange(family, next=[{"text": "Good morning. How may I help you today?"}])
    parts = await heard(make(family))
    assert text_of(parts) == "Good morning. How may I help you today?"
    assert sum(isinstance(part, Words) for part in parts) > 1
    end = parts[-1]
    assert isinstance(end, Ended)
    assert end.end == "stop"
    spent = end.spent
    assert (spent.provider, spent.input_tokens > 0, spent.output_tokens > 0) == (family.provider, True, True)
    assert family.model in spent.model
    assert (spent.cost is not None) == (family.provider != "local_llm")


async def test_tools_come_whole_after_the_text_before_them(family, make, arrange):
    arguments = {"customer_name": "Zoë Müller", "service_type": "cleaning"}
    await arrange(family, next=[{"text": "One moment.", "calls": [{"name": "create_order", "arguments": arguments}]}])
    parts = await heard(make(family), Question(messages=TALK, tools=(ORDER,)))
    call = next(part for part in parts if isinstance(part, ToolCall))
    assert (call.name, call.arguments) == ("create_order", arguments)
    assert call.id
    assert text_of(parts[: parts.index(call)]) == "One moment."
    assert parts[-1].end in {"tools", "stop"}


async def test_what_a_tool_brought_is_handed_back(family, make):
    asked = Message(
        role="assistant", calls=({"id": "c1", "name": "search_knowledge", "arguments": {"query": "hours"}},)
    )
    brought = Message(role="tool", content='{"passages": [{"text": "We open at eight."}]}', tool_call_id="c1")
    question = Question(messages=(*TALK, asked, brought), tools=(LOOK_UP,))
    assert text_of(await heard(make(family), question)) == "We open at eight."


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("500", Unavailable),
        ("503", Unavailable),
        ("429", RateLimited),
        ("400", ProviderFailed),
        ("garbage", Unavailable),
    ],
)
async def test_refusals_are_told_by_what_must_be_done(family, make, arrange, fault, kind):
    await arrange(family, "faults", next=[fault])
    with pytest.raises(kind) as caught:
        await heard(make(family))
    assert family.key not in f"{caught.value.message} {caught.value.detail}" or not family.key


async def test_overload_of_claude_is_no_fault_of_ours(family, make, arrange):
    if family.provider != "claude":
        pytest.skip("the status is Anthropic's own")
    await arrange(family, "faults", next=["529"])
    with pytest.raises(Unavailable):
        await heard(make(family))


async def test_a_bad_key_is_told_apart_from_an_empty_account(family, make):
    if family.provider == "local_llm":
        pytest.skip("asks for no key")
    with pytest.raises(KeyRefused) as caught:
        await heard(make(family, key=f"{family.key}-refused"))
    assert family.key not in str(caught.value.message)
    expected = RateLimited if family.provider == "gemini" else QuotaSpent
    with pytest.raises(expected):
        await heard(make(family, key=f"{family.key}-spent"))


async def test_an_unknown_model_is_a_refused_request(family, make):
    if family.provider == "local_llm":
        pytest.skip("serves whatever it has")
    with pytest.raises(RequestRefused):
        await heard(make(family, model="nonsense-1"))


async def test_what_the_model_declines_is_declined(family, make, arrange):
    if family.provider == "grok":
        pytest.skip("has no refusals of its own")
    await arrange(family, next=[{"refusal": "I cannot help with that."}])
    with pytest.raises(Declined):
        await heard(make(family))


@pytest.mark.parametrize("how", ["error_after", "cut_after"])
async def test_a_stream_that_breaks_off_is_no_reply(family, make, arrange, how):
    await arrange(family, next=[{"text": "One two three four five six seven eight nine ten.", how: 2}])
    with pytest.raises(Unavailable):
        await heard(make(family))


async def test_half_a_tool_call_is_never_called(family, make, arrange):
    if family.provider == "gemini":
        pytest.skip("sends calls whole")
    call = {"name": "create_order", "arguments": {"customer_name": "Jane Roe", "customer_address": "1 Main Street"}}
    await arrange(family, next=[{"calls": [call], "is_cut_short": True}])
    with pytest.raises(Unavailable):
        await heard(make(family), Question(messages=TALK, tools=(ORDER,)))


async def test_parts_come_when_they_are_made(family, make, arrange):
    await arrange(family, next=[{"text": "One two three four five six seven eight.", "gap_s": 0.1}])
    stream = make(family).stream(Question(messages=TALK))
    times = [time.monotonic() async for part in stream if isinstance(part, Words)]
    assert times[-1] - times[0] > 0.08


async def test_a_reply_nobody_wants_any_more_is_given_up(family, make, arrange, client):
    await arrange(family, next=[{"text": "word " * 50, "gap_s": 0.05}])
    stream = make(family).stream(Question(messages=TALK))
    await anext(stream)
    started = time.monotonic()
    await stream.aclose()
    assert time.monotonic() - started < 1
    await asyncio.sleep(0.2)
    assert not [one for one in client._transport._pool.connections if not one.is_idle()]


class Verdict(BaseModel):
    label: str = Field(description="the label")
    urgent: bool
    services: list[str] = []


async def test_answers_have_the_shape_that_was_asked_for(family, make, arrange):
    arguments = {"label": "safe", "urgent": True, "services": ["plumbing"]}
    await arrange(family, next=[{"calls": [{"name": "final_result", "arguments": arguments}]}])
    found = await make(family).answer(Question(messages=TALK, temperature=0), Verdict, timeout_s=5)
    assert found.value == Verdict(label="safe", urgent=True, services=["plumbing"])
    assert found.spent.tokens > 0


async def test_an_answer_of_another_shape_is_asked_for_once_more(family, make, arrange):
    wrong = {"calls": [{"name": "final_result", "arguments": {"label": "safe"}}]}
    right = {"calls": [{"name": "final_result", "arguments": {"label": "safe", "urgent": False}}]}
    await arrange(family, next=[wrong, right])
    assert (await make(family).answer(Question(messages=TALK), Verdict, timeout_s=5)).value.urgent is False
    await arrange(family, next=[wrong, wrong, right])
    with pytest.raises(ProviderFailed):
        await make(family).answer(Question(messages=TALK), Verdict, timeout_s=5)


async def test_answers_keep_to_time_and_budget(family, make, arrange):
    await arrange(family, next=[{"text": "late", "first_token_s": 2}])
    with pytest.raises(TooSlow):
        await make(family).answer(Question(messages=TALK), Verdict, timeout_s=0.3)
    with pytest.raises(RequestRefused):
        await make(family).answer(Question(messages=TALK), Verdict, timeout_s=5, token_budget=3)


async def test_a_typed_answer_by_the_simulators_own_wits(family, make):
    found = await make(family).answer(Question(messages=TALK), Verdict, timeout_s=5)
    assert isinstance(found.value, Verdict)
