"""A database that is away: clients are asked to repeat, steps wait for it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from callout.kit.db.database import Database
from callout.kit.db.outage import is_outage
from callout.kit.events import Bus
from callout.kit.http.problems import as_problem
from callout.kit.principal import Principal
from callout.kit.workflows import DbosJobs, Workflows
from callout.run.embedded_postgres import EmbeddedPostgres


@pytest.fixture
async def away(bus: Bus, jobs: DbosJobs) -> AsyncIterator[Database]:
    """A database nobody serves."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        database = Database(f"postgresql+asyncpg://nobody@127.0.0.1:{port}/none", bus=bus, jobs=jobs)
        yield database
        await database.close()


async def test_nobody_listening_is_answered_by_503_with_a_time_to_repeat(away: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        await away.ping()
    assert is_outage(raised.value)
    problem = as_problem(raised.value)
    assert (problem.status, problem.code, problem.members) == (503, "upstream_unavailable", {"retry_after_s": 1})


async def test_a_refused_statement_is_no_outage(database: Database) -> None:
    with pytest.raises(ProgrammingError) as raised:
        async with database.lookup() as work:
            await work.session.execute(text("SELECT nothing FROM nowhere"))
    assert not is_outage(raised.value)


async def test_a_connection_that_is_ended_under_a_transaction_is_an_outage(database: Database) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with database.lookup() as work:
            await work.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert is_outage(raised.value)


async def test_a_step_waits_for_the_database_beyond_its_retries(
    postgres: EmbeddedPostgres, database: Database, away: Database
) -> None:
    tenant_id, attempts, flows = uuid4(), [away, away, away, database], Workflows()
    done = asyncio.Event()

    @flows.step("test.needy", retries=1)
    async def needy(_tenant_id: str) -> None:
        await attempts.pop(0).ping()
        done.set()

    @flows.workflow("test.needing")
    async def needing(tenant_id: str) -> None:
        await needy(tenant_id)

    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    try:
        async with database.transaction(Principal.system(tenant_id)) as work:
            await work.enqueue("test.needing", key=f"needing-{tenant_id}")
        began = time.monotonic()
        await asyncio.wait_for(done.wait(), 20)
        assert time.monotonic() - began > 1
        assert attempts == []
    finally:
        await flows.shutdown(5)
