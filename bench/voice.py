"""Live calls: what the platform adds to a turn, how soon an interruption is obeyed, how many calls fit a core.

`python bench/voice.py --calls 1 4 8` measures three engines one after the other with the same callers: ours, a stock
Pipecat pipeline, and a minimal loop written by hand. Everything is measured at the caller's end of the media socket.
Taken off are the delays the speech simulator is told to take. What each engine waits on purpose, to see whether the
caller goes on, stays in and is shown beside it. `platform_p95_ms` is our own share of a reply by our own clock, the one
shown in the product. A call is clean when every turn was answered and no packet of the agent came more than 60 ms late.

Each engine is a process of its own, held to one core where there are several; `cpu_pct` is the processor time of that
process for each second of a call, user and system, and means the same on a busy machine. Beside our figures stand the
budgets; the exit code is 1 when one is missed at the number of calls it is set for.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import logging
import os
import random
import socket
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
from websockets.asyncio.client import connect

from callout.run.http_server import HttpServer
from callout.sandbox import elevenlabs
from callout.sandbox.marked_speech import say
from callout.sandbox.mu_law import SILENCE, ulaw_of

FRAME, FRAME_S = 160, 0.02
QUESTIONS = ("Who is this, please?", "What do you offer?", "Where are you based?", "Can you say more?")
DELAYS = {"tts_first_ms": 150, "stt_partial_ms": 60, "stt_commit_ms": 120}
"""What the simulated provider takes, and what is taken off again."""
WAITS_MS = {"ours": 250, "stock": 200, "hand": 200}
"""Silence after which an engine takes a whole sentence for finished."""
LATE_MS = 60.0
_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
BUDGETS = {"platform_p95_ms": 30.0, "barge_in_p95_ms": 200.0, "first_audio_p95_ms": 800.0, "lag_p99_ms": 20.0}
"""Of ours, at up to so many calls on a core:"""
BUDGET_CALLS = 10
STRETCH_CALLS = 20
_HUSH = bytes((SILENCE, SILENCE & 0x7F, SILENCE - 1, SILENCE - 1 & 0x7F))
"""A line is never quite silent: its noise, some 75 dB below the loudest."""
_REPLY_WITHIN_S = 8.0


class Tally(msgspec.Struct):
    """What one call, or all of them, came to; milliseconds."""

    first_audio: list[float] = []
    turns: list[float] = []
    barge_ins: list[float] = []
    seconds: float = 0.0
    late: int = 0
    unanswered: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was late or missing."""
        return not self.late and not self.unanswered


class Caller:
    """A caller with a stopwatch: asks, listens, asks again, and interrupts every other answer."""

    def __init__(self, url: str, number: int) -> None:
        """`number` tells callers apart."""
        self._url, self._number = url, number
        self.tally = Tally()
        self._out = bytearray()
        self._spoke_first = self._spoke_last = 0.0
        self._audio_at = self._cleared_at = 0.0
        self._heard = asyncio.Event()
        self._cleared = asyncio.Event()
        self._all_out = asyncio.Event()
        self._buffered_until = 0.0
        self._noise = random.Random(number)

    async def run(self, turns: int) -> Tally:
        """Calls, and holds so many turns."""
        async with connect(self._url, compression=None, proxy=None) as phone:
            stream = f"MZ{self._number:032d}"
            await phone.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
            start = {"streamSid": stream, "callSid": f"CA{self._number:032d}", "customParameters": {}}
            began = time.monotonic()
            await phone.send(json.dumps({"event": "start", "streamSid": stream, "start": start}))
            tasks = [asyncio.create_task(self._send(phone, stream)), asyncio.create_task(self._receive(phone))]
            try:
                await asyncio.wait_for(self._heard.wait(), _REPLY_WITHIN_S)
                self.tally.first_audio.append((self._audio_at - began) * 1000)
                for turn in range(turns):
                    await self._quiet()
                    await self._ask(QUESTIONS[turn % len(QUESTIONS)])
                    if turn % 2:
                        await self._interrupt()
            except TimeoutError:
                self.tally.unanswered += 1
            finally:
                self.tally.seconds = time.monotonic() - began
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        return self.tally

    async def _quiet(self) -> None:
        """Until the agent has finished."""
        while (left := max(self._buffered_until, self._audio_at) + 0.5 - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(left)

    async def _ask(self, text: str) -> None:
        self._heard.clear()
        await self._speak(text)
        await asyncio.wait_for(self._heard.wait(), _REPLY_WITHIN_S)
        self.tally.turns.append((self._audio_at - self._spoke_last) * 1000)

    async def _interrupt(self) -> None:
        await asyncio.sleep(1.0)
        self._cleared.clear()
        speaking = asyncio.create_task(self._speak("Hold on a moment, please, what was that?"))
        try:
            await asyncio.wait_for(self._cleared.wait(), 3)
            self.tally.barge_ins.append((self._cleared_at - self._spoke_first) * 1000)
        finally:
            await speaking
            self._heard.clear()
        await asyncio.wait_for(self._heard.wait(), _REPLY_WITHIN_S)

    async def _speak(self, text: str) -> None:
        self._spoke_first = 0.0
        self._out += ulaw_of(say(text).pcm)
        self._all_out.clear()
        await self._all_out.wait()
        self._spoke_last = time.monotonic()

    async def _send(self, phone: Any, stream: str) -> None:
        due = time.monotonic()
        while True:
            frame = bytes(self._out[:FRAME])
            frame += bytes(self._noise.choices(_HUSH, k=FRAME - len(frame)))
            if self._out and not self._spoke_first:
                self._spoke_first = time.monotonic()
            del self._out[:FRAME]
            if not self._out:
                self._all_out.set()
            media = {"track": "inbound", "payload": base64.b64encode(frame).decode()}
            await phone.send(json.dumps({"event": "media", "streamSid": stream, "media": media}))
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _receive(self, phone: Any) -> None:
        async for message in phone:
            now = time.monotonic()
            heard = json.loads(message)
            if heard["event"] == "clear":
                self._cleared_at, self._buffered_until = now, now
                self._cleared.set()
            elif heard["event"] == "media":
                gap_ms = (now - self._buffered_until) * 1000
                if 0 < gap_ms - LATE_MS < 1000 and now - self._audio_at < 0.5:
                    self.tally.late += 1
                seconds = len(base64.b64decode(heard["media"]["payload"])) / 8000
                self._buffered_until = max(now, self._buffered_until) + seconds
                self._audio_at = now
                self._heard.set()


async def measure(engine: str, calls: int, turns: int) -> dict[str, Any]:
    """One engine with so many calls at once."""
    ports = [_free_port(), _free_port()]
    speech = f"http://127.0.0.1:{ports[0]}"
    async with httpx.AsyncClient(timeout=10) as client:
        simulator = HttpServer(elevenlabs.create_app(client), "127.0.0.1", ports[0])
        await simulator.start()
        await client.post(f"{speech}/_sandbox/latency", json=DELAYS)
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("voice_engines.py")),
            engine,
            str(ports[1]),
            speech,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        _hold_to_a_core(child.pid)
        assert child.stdin is not None
        assert child.stdout is not None
        while (await child.stdout.readline()).strip() != b"ready":
            if child.returncode is not None:
                raise RuntimeError(f"{engine} did not start")
        url = f"ws://127.0.0.1:{ports[1]}/media"
        tallies = await asyncio.gather(*(_later(Caller(url, number), number, turns) for number in range(calls)))
        child.stdin.close()
        cost = json.loads(await child.stdout.readline())
        await asyncio.wait_for(child.wait(), 20)
        await simulator.stop(within_s=1)
    return _row(engine, calls, tallies, cost)


def _hold_to_a_core(pid: int) -> None:
    """The engine gets the last core, where there are several and the system can do it; callers get the others."""
    if len(_CORES) > 1:
        os.sched_setaffinity(pid, _CORES[-1:])
        os.sched_setaffinity(0, _CORES[:-1])


async def _later(caller: Caller, number: int, turns: int) -> Tally:
    """Calls do not begin at the same moment."""
    await asyncio.sleep(0.37 * number)
    return await caller.run(turns)


def _row(engine: str, calls: int, tallies: list[Tally], cost: dict[str, Any]) -> dict[str, Any]:
    added = [ms - DELAYS["tts_first_ms"] - DELAYS["stt_commit_ms"] for one in tallies for ms in one.turns]
    return {
        "engine": engine,
        "calls": calls,
        "turn_p50_ms": _at(added, 0.5),
        "turn_p95_ms": _at(added, 0.95),
        "of_it_waited_ms": WAITS_MS[engine],
        "barge_in_p50_ms": _at([ms for one in tallies for ms in one.barge_ins], 0.5),
        "barge_in_p95_ms": _at([ms for one in tallies for ms in one.barge_ins], 0.95),
        "first_audio_p95_ms": _at([ms for one in tallies for ms in one.first_audio], 0.95),
        "platform_p95_ms": _at(cost["platform_ms"], 0.95),
        "lag_p99_ms": cost["lag_p99_ms"],
        "cpu_pct": round(100 * cost["cpu_s"] / sum(one.seconds for one in tallies), 2),
        "clean": sum(one.is_clean for one in tallies),
    }


def _at(values: list[float], share: float) -> float | None:
    if len(values) < 2:
        return round(values[0], 1) if values else None
    return round(statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1], 1)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def missed(rows: list[dict[str, Any]]) -> list[str]:
    """The budgets our engine missed, in words."""
    ours = [row for row in rows if row["engine"] == "ours" and row["calls"] <= BUDGET_CALLS]
    return [
        f"{name} {row[name]} at {row['calls']} calls, budget {limit:g}"
        for row in ours
        for name, limit in BUDGETS.items()
        if row[name] is None or row[name] > limit
    ] + [f"clean calls {row['clean']} of {row['calls']}" for row in ours if row["clean"] < row["calls"]]


def _clean_calls(rows: list[dict[str, Any]], engine: str) -> int:
    """The most calls at once of which all were clean."""
    return max((row["calls"] for row in rows if row["engine"] == engine and row["clean"] == row["calls"]), default=0)


def main() -> None:
    """Measures and prints a table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, nargs="+", default=[1, 4, 8, 10, 12, 16, 20])
    options.add_argument("--engines", nargs="+", default=["ours", "stock", "hand"], choices=["ours", "stock", "hand"])
    options.add_argument("--turns", type=int, default=6)
    options.add_argument("--json", type=Path, help="write the rows here as well")
    given = options.parse_args()
    logging.getLogger("httpx").setLevel(logging.WARNING)
    for engine in given.engines:  # the simulator remembers what it has spoken once
        asyncio.run(measure(engine, 1, given.turns))
    rows: list[dict[str, Any]] = []
    for calls in given.calls:
        for engine in given.engines:
            row = asyncio.run(measure(engine, calls, given.turns))
            if not rows:
                print(" | ".join(row))
            rows.append(row)
            print(" | ".join(str(value) for value in row.values()), flush=True)
    print(f"budgets of ours at up to {BUDGET_CALLS} calls: {', '.join(f'{k} ≤ {v:g}' for k, v in BUDGETS.items())}")
    for engine in given.engines:
        stretch = f", stretch {STRETCH_CALLS}" if engine == "ours" else ""
        print(f"clean calls on a core, {engine}: {_clean_calls(rows, engine)} of {max(given.calls)} tried{stretch}")
    if given.json is not None:
        given.json.write_text(json.dumps(rows, indent=1))
    for words in (misses := missed(rows)):
        print(f"missed: {words}")
    sys.exit(1 if misses else 0)


if __name__ == "__main__":
    main()
