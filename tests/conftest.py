"""Fixtures every suite shares: a real PostgreSQL, units of work, composed services."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
from sqlalchemy import make_url
from xdist.scheduler import LoadFileScheduling

from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.workflows import DbosJobs
from callout.run import embedded_postgres
from callout.run.migrate import migrate

hypothesis.settings.register_profile("untimed", deadline=None)  # time is what bench/ measures
hypothesis.settings.load_profile("untimed")
SHARED = Path(__file__).resolve().parents[2] / "shared"
FILL_THE_MACHINE = ("tests/e2e/", "tests/faults/", "tests/races/")


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests run in one process, so that what they share is made once; those that start many, one by one."""

    def _split_scope(self, nodeid: str) -> str:
        return "processes" if nodeid.startswith(FILL_THE_MACHINE) else str(super()._split_scope(nodeid))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more process than cores: much of the time goes by waiting for the database and for other processes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are spread over processes."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The directory of real data beside the checkout."""
    path = SHARED / "data"
    assert path.is_dir(), "tests need ../shared/data beside the checkout"
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[embedded_postgres.EmbeddedPostgres]:
    """A throw-away server with the current schema."""
    with embedded_postgres.throw_away() as server:
        migrate(server.url_owner, app_role=embedded_postgres.APP_ROLE)
        yield server


@pytest.fixture(scope="session")
def jobs(postgres: embedded_postgres.EmbeddedPostgres) -> Iterator[DbosJobs]:
    """Enqueues workflows for real; nobody runs them unless a worker is started."""
    client = DbosJobs(postgres.url_app)
    yield client
    client.close()


@pytest.fixture
def bus() -> Bus:
    """Bindings of one test."""
    return Bus()


@pytest.fixture
def clock() -> OffsetClock:
    """A clock the test may move."""
    return OffsetClock()


@pytest.fixture
async def database(
    postgres: embedded_postgres.EmbeddedPostgres, jobs: DbosJobs, bus: Bus, clock: OffsetClock
) -> AsyncIterator[Database]:
    """The services' way into the database: a weak role, bound by row-level security."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    opened = Database(url.render_as_string(hide_password=False), bus=bus, jobs=jobs, clock=clock, pool_size=5)
    yield opened
    await opened.close()


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Any], Any]]:
    """Runs an ASGI application in process: `client = await serve(app)`."""
    async with AsyncExitStack() as stack:

        async def start(app: Any, **headers: str) -> httpx.AsyncClient:
            await stack.enter_async_context(_life(app))
            transport = httpx.ASGITransport(app=app)
            return await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://callout.test", headers=headers, timeout=30)
            )

        yield start


class _life:  # noqa: N801 - a context manager
    """Drives an application's lifespan."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self.task = asyncio.create_task(self.app(scope, self.to_app.get, self.from_app.put))
        await self.to_app.put({"type": "lifespan.startup"})
        await self._answer("lifespan.startup.complete")

    async def __aexit__(self, *_: object) -> None:
        await self.to_app.put({"type": "lifespan.shutdown"})
        await self._answer("lifespan.shutdown.complete")
        await self.task

    async def _answer(self, expected: str) -> None:
        message = await self.from_app.get()
        assert message["type"] == expected, message
