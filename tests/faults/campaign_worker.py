"""A worker on a clock that runs fast, in a process of its own, to be killed."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from callout.kit.clock import RunningClock
from callout.run import wiring
from callout.run.installation import Installation, installation
from callout.settings import PortSettings, ProviderSettings, SecuritySettings, VoiceSettings, load_settings

READY, VOICE_READY, CLOCK = "worker.ready", "voice.ready", "clock.json"


def installation_of(given: dict[str, Any]) -> Installation:
    """The installation all processes of the test share."""
    settings = load_settings(
        state_dir=Path(given["folder"]),
        public_url=given["public_url"],
        log_level="ERROR",
        ports=PortSettings(**given["ports"]),
        providers=ProviderSettings(sandbox="always", sandbox_url=given["sandbox_url"]),
        security=SecuritySettings(rate_limit_factor=1000),
        voice=VoiceSettings(capacity=40, lag_budget_ms=5000),
    )
    return installation(settings, app_url=given["app_url"], owner_url=given["owner_url"])


def clock_of(given: dict[str, Any]) -> RunningClock:
    """The clock all of them go by."""
    real, told = datetime.fromisoformat(given["real"]), datetime.fromisoformat(given["told"])
    return RunningClock(real=real, told=told, speed=given["speed"])


async def run(given: dict[str, Any]) -> None:
    """Works until it is killed; says so once it does, and follows the clock when it jumps."""
    clock, folder = clock_of(given), Path(given["folder"])
    async with wiring.worker(installation_of(given), drain_s=1, clock=clock):
        (folder / READY).touch()
        await follow_for_ever(clock, folder)


async def follow_for_ever(clock: RunningClock, folder: Path) -> None:
    """Keeps a clock to what all go by."""
    while True:
        follow(clock, json.loads((folder / CLOCK).read_text()))
        await asyncio.sleep(0.1)


def follow(clock: RunningClock, given: dict[str, Any]) -> None:
    """Sets a clock to what all go by."""
    told = clock_of(given).now()
    if clock.speed != given["speed"] or abs(told - clock.now()) > timedelta(seconds=given["speed"]):
        clock.jump(told, speed=given["speed"])
