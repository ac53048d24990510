"""The voice process put together: its service, its news, and the commands it obeys."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from litestar.types import ASGIApp

from callout.adapters.live_audio.ogg import ogg
from callout.adapters.pipecat_media.logs import join_logs
from callout.adapters.pipecat_media.silero import warm_up
from callout.features.calling.calls import live
from callout.features.calling.calls.commands import Commands
from callout.features.calling.calls.holds import ProcessNews, Snapshot
from callout.features.calling.hosting.floor import Floor
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.latency import percentile
from callout.features.calling.hosting.warming import warm_brain
from callout.kit.events.notices import Notices
from callout.kit.ids import uuid7
from callout.kit.observe.logs import logger
from callout.kit.secrets import Sealer
from callout.run.assembly import Assembly
from callout.run.voice_calls import LiveCalls
from callout.run.voice_commands import obey
from callout.run.voice_relay import SoundRelay
from callout.services.parts import Parts
from callout.services.voice import voice_service
from callout.services.voice_listen import Ear
from callout.services.voice_media import CallSource
from callout.settings import Settings

_log = logger(__name__)
NEWS_EVERY_S = 5.0
MakeCalls = Callable[[Assembly, str], CallSource]


class VoiceProcess:
    """What a voice process does besides answering sockets."""

    def __init__(self, made: Assembly, make_calls: MakeCalls = LiveCalls) -> None:
        """Nothing runs before `start`. `make_calls` takes the product and the id of this process."""
        settings = made.installation.settings
        self.id = f"{socket.gethostname()}-{os.getpid()}-{uuid7().hex[-6:]}"
        self.floor = Floor(capacity=settings.voice.capacity, lag_budget_ms=settings.voice.lag_budget_ms)
        self._database, self._url = made.database, _own_url(settings)
        self._commands = Commands(made.database, Notices(made.installation.app_url), self.id)
        self.calls = make_calls(made, self.id)
        self._warm = made.thoughts.warm
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Loads what a call needs, tells that it is there, and listens."""
        join_logs()
        await asyncio.to_thread(warm_up)
        await asyncio.to_thread(warm_brain, self._database.clock.now())
        self.floor.lag.start()
        work = (self._tell(), obey(self.floor, self._commands), self._warm())
        self._tasks = [asyncio.create_task(one) for one in work]

    async def stop(self) -> None:
        """Withdraws."""
        self.floor.lag.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Exception):
            await live.withdraw(self._database, self.id)

    async def _tell(self) -> None:
        while True:
            try:
                await live.announce(self._database, self._news())
                if self.floor.calls:
                    await live.heartbeat(self._database, self.id, self._snapshots())
            except Exception as problem:  # noqa: BLE001 - the next news follows
                _log.warning("voice_news_failed", exc_info=problem)
            await asyncio.sleep(NEWS_EVERY_S)

    def _news(self) -> ProcessNews:
        floor = self.floor
        return ProcessNews(
            id=self.id,
            url=self._url,
            capacity=floor.capacity,
            active=floor.active,
            loop_lag_ms=floor.lag.ms,
            is_draining=floor.is_draining,
        )

    def _snapshots(self) -> dict[tuple[UUID, UUID], Snapshot]:
        return {key: snapshot_of(call.host) for key, call in self.floor.calls.items()}


def application(made: Assembly, parts: Parts, make_calls: MakeCalls = LiveCalls) -> ASGIApp:
    """The voice service's application; `make_calls` makes what calls come from."""
    process = VoiceProcess(made, make_calls)
    installation = made.installation
    relay = SoundRelay(Sealer.of(installation.secret, installation.previous_secrets))
    closing = (process.stop, relay.close, *parts.closing)
    with_process = replace(parts, opening=(*parts.opening, process.start), closing=closing)
    ear = Ear(
        database=made.database,
        doorkeeper=made.authenticator,
        floor=process.floor,
        process=process.id,
        encode=ogg,
        relay=relay,
    )
    return voice_service(with_process, ear=ear, source=process.calls)


def snapshot_of(host: CallHost) -> Snapshot:
    """How a call goes."""
    state = host.state
    said = [turn for turn in state.customer_turns if turn.duration_ms]
    minutes = sum(turn.duration_ms or 0 for turn in said) / 60_000
    words = sum(len(turn.content.split()) for turn in said)
    mean = percentile(host.latencies, 0.5)
    return Snapshot(
        turns=len(state.turns),
        risk_score=state.risk,
        severity=host.severity,
        speech_rate=round(words / minutes, 1) if minutes else None,
        reply_ms=round(mean) if mean is not None else None,
    )


def _own_url(settings: Settings) -> str:
    return settings.voice.advertised_url or f"http://{settings.ports.host}:{settings.ports.voice}"
