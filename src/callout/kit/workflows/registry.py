"""Collects the workflows of all features and runs them in one worker process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from dbos import DBOS, DBOSConfig

from callout.kit.db.outage import is_outage
from callout.kit.observe.logs import logger
from callout.kit.workflows.bells import Bells
from callout.kit.workflows.jobs import APPLICATION

P = ParamSpec("P")
R = TypeVar("R")
AsyncFunction = Callable[P, Awaitable[R]]

_log = logger(__name__)
_LOOK_S = 0.05
_AWAY_PAUSE_S = 0.5

VERSION = "1"
"""Workflow code version; a change that older, unfinished runs cannot follow needs a new one."""


class Queue(NamedTuple):
    """A named waiting line: how many of its workflows may run at once, in all and per worker."""

    name: str
    concurrency: int | None = None
    worker_concurrency: int | None = None


class Workflows:
    """What features register their workflows and steps with; the worker launches them.

    A workflow is an async function whose first argument is the tenant id as text. It must be deterministic: everything
    that reads the world or writes happens in steps. A step runs at least once and is recorded when it returns, so its
    writes must be idempotent.
    """

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {"default": Queue("default")}
        self.names: list[str] = []
        self._steps_running = 0
        self._closing = False
        self._bells: Bells | None = None

    def queue(self, name: str, *, concurrency: int | None = None, worker_concurrency: int | None = None) -> str:
        """Declares a queue and returns its name."""
        self.queues[name] = Queue(name, concurrency, worker_concurrency)
        return name

    def workflow(self, name: str) -> Callable[[AsyncFunction[P, R]], AsyncFunction[P, R]]:
        """Registers a durable workflow under a name that stays stable over releases."""
        self.names.append(name)
        return DBOS.workflow(name=name, max_recovery_attempts=1000)

    def step(
        self, name: str, *, retries: int = 3, interval_s: float = 1.0
    ) -> Callable[[AsyncFunction[P, R]], AsyncFunction[P, R]]:
        """Registers a step; an exception is retried with doubling pauses, `retries` attempts in all.

        While the database is away the step is tried again and again: an outage, however long, fails no workflow.
        """
        register = DBOS.step(
            name=name, retries_allowed=retries > 1, max_attempts=max(retries, 1), interval_seconds=interval_s
        )

        def decorate(function: AsyncFunction[P, R]) -> AsyncFunction[P, R]:
            return self._counted(register(_patient(name, function)))

        return decorate

    def _counted(self, step: AsyncFunction[P, R]) -> AsyncFunction[P, R]:
        """Lets `shutdown` see the step run until its result is recorded, and begin no more when it is closing."""

        @wraps(step)
        async def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            if self._closing:
                await asyncio.Event().wait()  # for good: the next process takes the workflow up at this step
            self._steps_running += 1
            try:
                return await step(*args, **kwargs)
            finally:
                self._steps_running -= 1

        return counted

    async def receive(self, topic: str, timeout_s: float) -> Any:
        """Inside a workflow: waits for a signal on a topic; None when the time is up. Survives restarts."""
        return await DBOS.recv_async(topic, timeout_seconds=timeout_s)

    async def sleep(self, seconds: float) -> None:
        """Inside a workflow: a durable pause."""
        await DBOS.sleep_async(seconds)

    @property
    def key(self) -> str | None:
        """Inside a workflow: the key it was started with."""
        return DBOS.workflow_id

    async def launch(self, system_database_url: str, *, executor_id: str, polling_s: float = 10.0) -> None:
        """Starts running on this event loop: recovers what this executor left unfinished, then takes from the queues.

        Args:
            system_database_url: `postgresql://…` of the database that holds the workflow tables.
            executor_id: A stable identity of this worker; unfinished workflows are recovered by it.
            polling_s: Seconds between looks at a queue the database tells nothing of; it tells of all there is to do.
        """
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": system_database_url,
            "application_version": VERSION,
            "executor_id": executor_id,
            "run_migrations": False,
            "enable_otlp": False,
            "log_level": "WARNING",
            "notification_listener_polling_interval_sec": 0.5,
        }
        engine = DBOS(config=config)
        DBOS.listen_queues([])  # those of its own; ours are taken from by `Bells`
        DBOS.launch()
        taken = [
            await DBOS.register_queue_async(
                queue.name,
                global_concurrency=queue.concurrency,
                worker_concurrency=queue.worker_concurrency,
                polling_interval_sec=polling_s,
                on_conflict="always_update",
            )
            for queue in self.queues.values()
        ]
        self._bells = Bells(system_database_url)
        self._bells.start(engine, taken)

    async def shutdown(self, drain_s: float = 5) -> None:
        """Stops taking work and waits up to `drain_s` seconds for steps under way.

        Workflows that merely wait, for an answer or for a day to come, are not waited for: they are recovered later.
        """
        self._closing = True
        if self._bells is not None:
            await self._bells.stop()
        deadline = time.monotonic() + drain_s
        while self._steps_running and time.monotonic() < deadline:  # noqa: ASYNC110 - steps may run on another loop
            await asyncio.sleep(_LOOK_S)
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)


def _patient(name: str, step: AsyncFunction[P, R]) -> AsyncFunction[P, R]:
    """Waits for a database that is away."""

    @wraps(step)
    async def patient(*args: P.args, **kwargs: P.kwargs) -> R:
        while True:
            try:
                return await step(*args, **kwargs)
            except Exception as error:
                if not is_outage(error):
                    raise
                _log.warning("step_waits_for_database", step=name, reason=type(error).__name__)
                await asyncio.sleep(_AWAY_PAUSE_S)

    return patient
