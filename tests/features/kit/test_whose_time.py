"""A unit of work takes its time from the database, from the beginning, whatever the clock of its process shows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text

from callout.kit.clock import SystemClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.workflows import DbosJobs
from callout.run.embedded_postgres import EmbeddedPostgres

SAME = timedelta(seconds=30)


class WrongClock(SystemClock):
    """Ten minutes off."""

    def __init__(self, minutes: int) -> None:
        self._off = timedelta(minutes=minutes)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._off


@pytest.fixture(params=[10, -10])
async def database(
    request: pytest.FixtureRequest, postgres: EmbeddedPostgres, jobs: DbosJobs, bus: Bus
) -> AsyncIterator[Database]:
    """Of a process whose clock is wrong."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
    opened = Database(url, bus=bus, jobs=jobs, clock=WrongClock(request.param), pool_size=1)
    yield opened
    await opened.close()


async def test_what_is_compared_with_now_in_the_first_statement_is_the_databases_time(database: Database) -> None:
    async with database.transaction(Principal.system(uuid7())) as work:
        off = text("SELECT CAST(:now AS timestamptz) - clock_timestamp()")
        assert abs((await work.session.execute(off, {"now": work.now})).scalar_one()) < SAME


async def test_a_time_that_is_given_stays(database: Database) -> None:
    then = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    async with database.transaction(Principal.system(uuid7()), then) as work:
        await work.session.execute(text("SELECT 1"))
        assert work.now == then
