"""The host does what the brain asks, whatever fails around it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
import pytest

from callout.features.calling.brain.actions import CallTool, Say, Suppress, Think
from callout.features.calling.brain.inputs import AgentSaid, Final, Hangup, Thought, ToolResult
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.journal import Journal
from callout.features.calling.hosting.latency import ReplyClock
from callout.features.calling.ports import ProviderFailed
from callout.features.calling.rehearsal.agent_file import SAMPLE, read_agent

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


class Quick:
    """A line on which everything is spoken at once."""

    def __init__(self) -> None:
        self.said: list[Say] = []
        self.is_closed = False
        self.host: CallHost

    async def speak(self, say: Say) -> None:
        self.said.append(say)
        self.host.take(AgentSaid(say_id=say.id, text=say.text))

    async def hush(self) -> list[AgentSaid]:
        return []

    async def press(self, digits: str) -> None:
        return

    async def switch_language(self, language: str) -> None:
        return

    async def played_out(self) -> None:
        return

    async def close(self) -> None:
        self.is_closed = True


class Book:
    """Records that fail as often as they are told to."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.written: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def write(*_: object, **__: object) -> None:
            if self.fails:
                self.fails -= 1
                raise OSError("the database is away")
            self.written.append(name)

        return write


class Slow:
    """Tools that take their time."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def carry_out(self, call: CallTool) -> ToolResult:
        await asyncio.sleep(0.3)
        self.done.append(call.name)
        return ToolResult(tool_id=call.id, ok=True)


def host_of(
    book: Book, *, tools: Any = None, thinker: Any = None, carrier: Any = None, **changes: Any
) -> tuple[CallHost, Quick]:
    line = Quick()
    brief = msgspec.structs.replace(read_agent(SAMPLE, NOW), **changes)
    host = CallHost(
        brief,
        line,
        carrier=carrier or Book(),
        tools=tools or Slow(),
        records=book,
        thinker=thinker,
        now=lambda: NOW,
    )
    line.host = host
    return host, line


async def settle(host: CallHost) -> None:
    await asyncio.sleep(0.05)
    await host._drained()


async def test_records_are_written_in_order_though_the_database_was_away() -> None:
    book = Book(fails=2)
    host, line = host_of(book)
    host.opened()
    await settle(host)
    assert line.said[0].text.startswith("Hello, this is Mia")
    host.take(Final(text="Stop calling me, take me off your list."))
    await asyncio.wait_for(host.finished.wait(), 5)
    assert line.is_closed
    outcome = await host.close([], Hangup(by="agent"))
    assert outcome.opted_out
    assert book.written.index("suppress") < book.written.index("conclude")
    assert book.written[-1] == "conclude"
    assert "answered" in book.written


async def test_an_opt_out_that_could_not_be_written_at_once_is_written_later() -> None:
    book = Book(fails=1)
    journal = Journal(book)
    await journal.suppress(Suppress(reason="opt_out_speech", quote="stop calling"))
    assert not book.written
    await asyncio.sleep(0.3)
    assert book.written == ["suppress"]


async def test_a_tool_under_way_is_finished_when_the_customer_hangs_up() -> None:
    tools = Slow()
    host, _ = host_of(Book(), tools=tools)
    host.opened()
    await settle(host)
    call = CallTool(id="tool-1", name="create_order", arguments={}, key="k")
    await host._do(call)
    await host.close([], Hangup(by="customer"))
    assert tools.done == ["create_order"]


@pytest.mark.parametrize("failure", ["raises", "ends"])
async def test_a_model_that_fails_leaves_the_talk_to_the_script(failure: str) -> None:
    class Broken:
        async def think(self, think: Think) -> AsyncIterator[Thought]:
            yield Thought(think_id=think.id)
            if failure == "raises":
                raise ConnectionError("gone")

    host, line = host_of(Book(), thinker=Broken(), use_llm=True)
    host.opened()
    await settle(host)
    before = len(line.said)
    host.take(Final(text="What do you offer?"))
    await settle(host)
    await settle(host)
    assert len(line.said) > before
    await host.close([], Hangup())


def test_the_times_of_a_reply_add_up() -> None:
    clock = ReplyClock()
    clock.turn_ended(last_sound=10.0, waited=0.1, final_at=10.4)
    clock.asked(10.41)
    clock.first_token(10.7)
    clock.said("say-2", 10.8)
    clock.said("say-3", 10.9)
    clock.audio_came("say-2", 11.0)
    assert clock.sounded("say-3", 11.0, 2, NOW) is None
    times = clock.sounded("say-2", 11.02, 2, NOW)
    assert times is not None
    assert (times.endpoint_ms, times.stt_final_ms, times.llm_first_token_ms) == (300, 100, 290)
    assert (times.sentence_ms, times.tts_first_byte_ms, times.platform_ms) == (100, 200, 30)
    assert times.voice_to_voice_ms == 1020
    assert clock.sounded("say-2", 12.0, 2, NOW) is None


class Switchboard(Book):
    """A carrier that takes its time, and hangs up on the media before it says that it did what was asked."""

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.problem = problem
        self.moved: Callable[[], None] = lambda: None

    async def take_over(self, to: str) -> None:
        self.moved()
        await asyncio.sleep(0.1)
        if self.problem is not None:
            raise self.problem
        self.written.append(f"take_over {to}")

    transfer = take_over


@pytest.mark.parametrize("how", ["transfer", "take_over"])
async def test_a_call_that_was_handed_over_is_not_hung_up_and_says_so(how: Literal["transfer", "take_over"]) -> None:
    carrier, closing = Switchboard(), []
    host, line = host_of(Book(), carrier=carrier)
    host.opened()
    await settle(host)
    carrier.moved = lambda: closing.append(asyncio.create_task(host.close([], Hangup(by="customer"))))
    await host.hand_over("+13055550111", how)
    outcome = await closing[0]
    assert (outcome.end_reason, carrier.written) == ("transferred", ["take_over +13055550111"])
    assert line.is_closed


async def test_the_agent_speaks_again_when_nobody_comes() -> None:
    host, line = host_of(Book(), carrier=Switchboard(ProviderFailed("Nobody answers.")))
    host.opened()
    await settle(host)
    with pytest.raises(ProviderFailed):
        await host.hand_over("+13055550111", "take_over")
    await settle(host)
    before = len(line.said)
    host.take(Final(text="Who is this?"))
    await settle(host)
    assert len(line.said) > before
    assert (await host.close([], Hangup(by="customer"))).end_reason == "customer_hangup"
