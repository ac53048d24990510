"""Plays the main job while processes are killed under it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import psutil
import psycopg

from callout.run import embedded_postgres
from callout.run.demo.client import Client
from callout.run.demo.stage import Stage, Step, wait_for
from callout.run.demo.story import STEPS
from tests.e2e.place import Place, Up
from tests.faults.final_state import State, final_state

PARTS = ("postgres", "worker", "sandbox", "gateway", "admin", "vendor")
VICTIMS = ("everything", *PARTS)
"""Processes to kill; `everything` is `callout up` itself, whose end ends the others."""

JOBS = """SELECT name FROM dbos.workflow_status
    WHERE status IN ('ENQUEUED', 'PENDING') OR (status = 'DELAYED' AND
        delay_until_epoch_ms < (extract(epoch FROM now()) + 600) * 1000) LIMIT 1"""
"""A job under way. Work put off to a later hour or day, as reminders are, is not waited for."""
BACK_WITHIN_S, SETTLED_WITHIN_S = 60.0, 120.0
PASSWORD = "brackish-otter-42"


@dataclass
class Scene:
    """A running system, and how long each step of the job takes in it."""

    place: Place
    running: Up
    durations: dict[str, float] = field(default_factory=dict)
    expected: State | None = None

    async def undisturbed(self) -> State:
        """The final state when nothing is killed, played once; learns how long each step takes."""

        async def watched(stage: Stage, step: Step) -> None:
            began = time.monotonic()
            await step(stage)
            self.durations[step.__name__] = time.monotonic() - began

        if self.expected is None:
            self.expected = await self._play(watched)
        return self.expected

    async def disturbed(self, plan: dict[str, str], rng: random.Random, say: Callable[[str], None]) -> State:
        """The final state when in each step of the plan (step → victim) that process is killed."""

        async def killing(stage: Stage, step: Step) -> None:
            victim = plan.get(step.__name__)
            if victim is None:
                await step(stage)
                return
            delay = rng.uniform(0, self.durations[step.__name__])
            await self.find(victim)
            playing = asyncio.ensure_future(step(stage))
            await asyncio.sleep(delay)
            say(f"{step.__name__}: {victim} killed after {delay:.2f} s")
            await self.kill(victim)
            await playing

        return await self._play(killing)

    async def _play(self, perform: Callable[[Stage, Step], Awaitable[None]]) -> State:
        stage = await self._new_stage()
        try:
            for step in STEPS:
                await perform(stage, step)
        finally:
            await stage.close()
        await wait_for("all jobs to be done", self._is_idle, within_s=SETTLED_WITHIN_S)
        owner = Client(self.place.url())
        try:
            await owner.sign_in(stage.owner_email, stage.owner_password)
            return await final_state(owner, stage.run)
        finally:
            await owner.close()

    async def _new_stage(self) -> Stage:
        """A business of its own for each play."""
        run = uuid4().hex[:8]
        founding = {
            "email": f"owner@{run}.example",
            "password": PASSWORD,
            "full_name": "Olivia Bright",
            "business_name": "Bright Home Services",
            "country": "US",
            "timezone": "America/Chicago",
        }
        anyone = Client(self.place.url())
        try:
            await anyone.post("/api/shared/auth/signup", founding)
        finally:
            await anyone.close()
        return Stage(
            self.place.url(),
            self.place.url("SANDBOX_PORT"),
            founding["email"],
            PASSWORD,
            lambda _line: None,
            run=run,
            field_domain=f"field.{run}.example",
        )

    async def find(self, victim: str) -> psutil.Process | None:
        """Waits until the victim of an earlier kill is back."""
        deadline = time.monotonic() + BACK_WITHIN_S
        while not (await self._answers() and (victim == "everything" or self.place.process(victim))):
            assert time.monotonic() < deadline, f"{victim} did not come back: {self.place.log.read_text()[-2000:]}"
            await asyncio.sleep(0.1)
        return None if victim == "everything" else self.place.process(victim)

    async def kill(self, victim: str) -> None:
        """kill -9; whoever keeps the process starts another."""
        if victim == "everything":
            self.running.kill()
            self.running.start_again()
            return
        process = self.place.process(victim) or await self.find(victim)
        assert process is not None
        with suppress(psutil.NoSuchProcess):
            process.kill()

    async def _is_idle(self) -> bool:
        """Whether no worker has anything to do: what waits for one is visible nowhere else."""
        server = embedded_postgres.find(self.place.state)
        try:
            if server is None:
                return False
            async with await psycopg.AsyncConnection.connect(server.url_app, connect_timeout=5) as connection:
                found = await connection.execute(JOBS)
                return await found.fetchone() is None
        except psycopg.OperationalError:
            return False

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(timeout=5) as client:
            with suppress(httpx.HTTPError):
                return (await client.get(self.place.url() + "/health")).is_success
        return False
