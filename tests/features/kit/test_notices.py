"""Listening to notices ends when it is told to, whatever is heard at that moment."""

import asyncio

import pytest

from callout.kit.events import notices
from callout.kit.events.notices import Notices
from callout.run.embedded_postgres import EmbeddedPostgres


async def test_a_notice_does_not_outshout_the_end(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[notices._News] = []
    news_of = notices._News.__init__

    def keep(self: notices._News, wanted: frozenset[str] | None) -> None:
        news_of(self, wanted)
        made.append(self)

    monkeypatch.setattr(notices._News, "__init__", keep)
    rounds = 0

    async def listen() -> None:
        nonlocal rounds
        async for _ in Notices(postgres.url_app).listen("callout_test", None, every_s=600):
            rounds += 1

    task = asyncio.create_task(listen())
    async with asyncio.timeout(30):
        while rounds < 2:  # noqa: ASYNC110 - at once, and when it listens
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    made[0].missed_some()
    await asyncio.sleep(0)  # the waiting is over, and whoever waited does not know yet
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done
    assert task.cancelled()
