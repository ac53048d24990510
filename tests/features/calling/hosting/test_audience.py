"""Who listens in hears both sides, and never holds up the call."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np
import pytest

from callout.features.calling.hosting.audience import (
    MOST_LISTENERS,
    TICK_S,
    Audience,
    Listener,
    LiveMix,
    NobodyMoreError,
    Side,
)

RATE = 8000


def tone(value: int, samples: int) -> bytes:
    return np.full(samples, value, "<i2").tobytes()


def values(pcm: bytes) -> set[int]:
    return set(np.frombuffer(pcm, "<i2").tolist())


class Source:
    """The sound of a call."""

    rate = RATE
    tap: Callable[[Side, bytes], None] | None = None

    def say(self, side: Side, pcm: bytes) -> None:
        if self.tap is not None:
            self.tap(side, pcm)


def test_both_sides_are_heard_together_and_never_too_loud() -> None:
    mix = LiveMix(RATE)
    mix.put("agent", tone(1000, 800))
    mix.put("customer", tone(200, 800))
    assert values(mix.take(800)) == {1200}
    mix.put("agent", tone(30_000, 800))
    mix.put("customer", tone(30_000, 800))
    assert values(mix.take(800)) == {32_767}
    assert values(mix.take(800)) == {0}


def test_pieces_that_come_late_make_no_gap_within_the_cushion() -> None:
    mix, out = LiveMix(RATE), bytearray()
    mix.put("customer", tone(7, 640))
    for _ in range(20):
        out += mix.take(320)
        mix.put("customer", tone(7, 320))
    assert values(bytes(out)) == {7}


def test_the_end_of_a_sentence_is_not_kept_for_later() -> None:
    mix = LiveMix(RATE)
    mix.put("agent", tone(5, 400))
    assert values(mix.take(320)) == {0}  # a cushion is collected
    assert 5 in values(mix.take(320))
    mix.take(320)
    assert values(mix.take(320)) == {0}


def test_a_side_that_runs_ahead_loses_its_oldest_sound() -> None:
    mix = LiveMix(RATE)
    mix.put("customer", tone(1, RATE))
    mix.put("customer", tone(2, RATE))
    assert values(mix.take(RATE)) == {2}


async def test_a_slow_listener_misses_the_oldest_and_hears_the_end() -> None:
    listener = Listener()
    for number in range(100):
        listener.hear(bytes([number]))
    listener.hear(None)
    heard = [piece async for piece in listener]
    assert heard[-1] == bytes([99])
    assert len(heard) < 25
    assert listener.missed == 101 - len(heard) - 1


async def test_the_call_is_tapped_only_while_somebody_listens() -> None:
    source = Source()
    audience = Audience(source)
    with audience.listening() as first:
        with audience.listening():
            await asyncio.sleep(TICK_S / 2)
            source.say("agent", tone(900, 4000))
            assert len(audience) == 2
        heard = bytearray()
        async for piece in first:
            heard += piece
            if 900 in values(piece):
                break
        assert source.tap is not None
        assert len(heard) < RATE * 2
    assert source.tap is None


async def test_when_the_call_ends_everybody_is_told_and_nobody_may_come_any_more() -> None:
    audience = Audience(Source())
    with audience.listening() as listener:
        await asyncio.sleep(TICK_S * 1.5)
        audience.close()
        assert [len(piece) > 0 async for piece in listener] == [True]
    with pytest.raises(NobodyMoreError), audience.listening():
        pass


async def test_only_so_many_may_listen() -> None:
    audience = Audience(Source())
    with ExitStack() as stack:
        for _ in range(MOST_LISTENERS):
            stack.enter_context(audience.listening())
        with pytest.raises(NobodyMoreError), audience.listening():
            pass
    assert audience.is_open
