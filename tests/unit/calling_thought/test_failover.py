"""Several models as one: who is asked, when the next one is, and that nothing is heard twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from callout.features.calling.brain.actions import Message, Think
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
from callout.features.calling.thought.breaker import Breakers, Health, after
from callout.features.calling.thought.choosing import Candidate, Wishes, ranked
from callout.features.calling.thought.failover import Begun, Failover, Patience
from callout.features.calling.thought.ports import Declined, Ended, Question, Spent, Words
from callout.features.calling.thought.thinker import CallThinker

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUESTION = Question(messages=(Message(role="user", content="hello"),))
QUICK = Patience(first_part_s=0.1, next_part_s=0.2, total_s=2)


class Played:
    """A model that plays a list: parts, failures, and pauses in seconds."""

    def __init__(self, name, *plot):
        self.provider = self.model = self.key_id = name
        self.plot, self.asked, self.closed = plot, 0, 0

    async def stream(self, question):
        self.asked += 1
        try:
            for one in self.plot:
                if isinstance(one, float):
                    await asyncio.sleep(one)
                elif isinstance(one, ProviderFailed):
                    raise one
                elif isinstance(one, str):
                    yield Words(one)
                else:
                    yield one
        finally:
            self.closed += 1


def ended(name):
    return Ended(spent=Spent(provider=name, model=name, output_tokens=3))


def failover(*models, breakers=None, patience=QUICK):
    return Failover(models, breakers or Breakers(lambda: NOW), patience)


async def heard(several):
    return [part async for part in several.stream(QUESTION)]


def words(parts):
    return [part.text for part in parts if isinstance(part, Words)]


async def test_whole_sentences_are_handed_on_as_they_finish():
    one = Played("a", "Hello", " there. How", " are you?", " Fine", ended("a"))
    assert words(await heard(failover(one))) == ["Hello there. ", "How are you? ", "Fine"]


async def test_the_next_one_is_asked_when_the_first_fails_or_is_silent():
    for bad in (Played("a", Unavailable("down")), Played("a", 5.0, "late"), Played("a")):
        parts = await heard(failover(bad, Played("b", "Hello.", ended("b"))))
        assert words(parts) == ["Hello."]
        assert parts[-1].spent.provider == "b"
        assert bad.closed == 1


async def test_half_a_first_sentence_is_dropped_and_begun_anew_by_another():
    broken = Played("a", "We could come on", Unavailable("broke off"))
    parts = await heard(failover(broken, Played("b", "Which day suits you?", ended("b"))))
    assert words(parts) == ["Which day suits you?"]
    assert [part.provider for part in parts if isinstance(part, Begun)] == ["a", "b"]


async def test_nobody_else_goes_on_after_a_finished_sentence():
    backup = Played("b", "Hello.", ended("b"))
    got, failure = [], None
    try:
        async for part in failover(Played("a", "Hello. How ", "are", Unavailable("x")), backup).stream(QUESTION):
            got += [part]
    except Unavailable as problem:
        failure = problem
    assert failure is not None
    assert words(got) == ["Hello. "]
    assert backup.asked == 0


async def test_nobody_else_goes_on_after_a_tool_was_asked_for():
    call = ToolCall(id="1", name="create_order")
    backup = Played("b", call, ended("b"))
    with pytest.raises(Unavailable):
        await heard(failover(Played("a", call, Unavailable("x")), backup))
    assert backup.asked == 0


async def test_a_stalled_model_is_given_up():
    with pytest.raises(TooSlow):
        await heard(failover(Played("a", "Hello. ", 5.0, "x", ended("a"))))


async def test_all_together_keep_to_the_time():
    patience = Patience(first_part_s=0.2, next_part_s=0.2, total_s=0.3)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(ProviderFailed):
        await heard(failover(*(Played(name, 5.0) for name in "abcd"), patience=patience))
    assert loop.time() - started < 1


async def test_the_last_failure_is_told_when_nobody_answers():
    with pytest.raises(QuotaSpent):
        await heard(failover(Played("a", Unavailable("x")), Played("b", QuotaSpent("y"))))
    with pytest.raises(Unavailable):
        await heard(failover())


async def test_a_key_that_keeps_failing_is_asked_last_until_it_rested():
    moment = [NOW]
    breakers = Breakers(lambda: moment[0])
    bad, good = Played("a", Unavailable("x")), Played("b", "Hi.", ended("b"))
    for _ in range(5):
        await heard(failover(bad, good, breakers=breakers))
    assert bad.asked == 3
    moment[0] += timedelta(seconds=31)
    await heard(failover(bad, good, breakers=breakers))
    assert bad.asked == 4
    await heard(failover(bad, good, breakers=breakers))
    assert bad.asked == 4
    with pytest.raises(Unavailable):
        await heard(failover(bad, breakers=breakers))
    assert bad.asked == 5


@pytest.mark.parametrize(
    ("failure", "rests_s"),
    [
        (KeyRefused("x"), 300),
        (QuotaSpent("x"), 300),
        (RateLimited("x", retry_after_s=7), 7),
        (RateLimited("x", retry_after_s=9999), 300),
        (RateLimited("x"), None),
        (Declined("x"), None),
        (RequestRefused("x"), None),
        (Unavailable("x"), None),
    ],
)
def test_how_long_a_key_rests(failure, rests_s):
    until = after(Health(), failure, NOW).rests_until
    assert until == (NOW + timedelta(seconds=rests_s) if rests_s else None)


def test_success_wipes_the_slate():
    health = after(after(Health(), Unavailable("x"), NOW), Unavailable("x"), NOW)
    assert health.failures == 2
    assert after(health, None, NOW) == Health()
    assert after(health, Declined("x"), NOW) == health


async def test_a_reply_not_wanted_any_more_is_closed_to_the_bottom():
    model = Played("a", "One. Two. ", 5.0, "Three.", ended("a"))
    stream = failover(model).stream(QUESTION)
    async for part in stream:
        if isinstance(part, Words):
            break
    await stream.aclose()
    assert model.closed == 1


async def test_the_brain_gets_thoughts_and_the_caller_what_they_took():
    told = []
    thinker = CallThinker(
        failover(Played("a", "Hello. ", ToolCall(id="1", name="t"), ended("a"))), on_spent=told.append
    )
    thoughts = [one async for one in thinker.think(Think(id="think-1", messages=QUESTION.messages))]
    assert [(one.text, one.tool is not None, one.done) for one in thoughts] == [
        ("", False, False),
        ("Hello. ", False, False),
        ("", True, False),
        ("", False, True),
    ]
    assert {one.think_id for one in thoughts} == {"think-1"}
    assert thinker.spent == told == [ended("a").spent]


async def test_the_brain_is_told_of_a_failure():
    thoughts = [
        one async for one in CallThinker(failover(Played("a", KeyRefused("no")))).think(Think(id="1", messages=()))
    ]
    assert [(one.error, one.done) for one in thoughts] == [("key_refused", True)]


def test_the_agents_wish_comes_first_then_the_tenants_order():
    live = [Candidate(provider=name, mode="live") for name in ("openai", "claude", "gemini")]
    wishes = Wishes(provider="gemini", model="gemini-2.5-pro")
    assert ranked(live, ("claude", "openai"), wishes) == [
        ("gemini", "gemini-2.5-pro"),
        ("claude", "claude-haiku-4-5"),
        ("openai", "gpt-4o-mini"),
    ]


def test_a_model_is_only_asked_of_its_family_and_simulators_never_mix_with_real_keys():
    keys = [
        Candidate(provider="openai", mode="sandbox"),
        Candidate(provider="claude", mode="live", model="claude-sonnet-4-6"),
    ]
    assert ranked(keys, ("openai", "claude"), Wishes(model="gpt-4o")) == [("claude", "claude-sonnet-4-6")]
    assert ranked(keys[:1], (), Wishes(model="gpt-4o")) == [("openai", "gpt-4o")]
    assert ranked([Candidate(provider="local_llm", mode="live")], (), Wishes(provider="local_llm", model="qwen3")) == [
        ("local_llm", "qwen3")
    ]
