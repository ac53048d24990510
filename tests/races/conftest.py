"""The town of the races, with a connection for everybody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.workflows import DbosJobs
from callout.run.embedded_postgres import EmbeddedPostgres
from tests.features.dispatch.town import Town, bind, desk_at


@pytest.fixture
async def database(postgres: EmbeddedPostgres, jobs: DbosJobs, bus: Bus, clock: OffsetClock) -> AsyncIterator[Database]:
    """As many connections as there are rivals, so that they really meet inside the database."""
    url = make_url(postgres.url_app).set(drivername="postgresql+asyncpg")
    opened = Database(url.render_as_string(hide_password=False), bus=bus, jobs=jobs, clock=clock, pool_size=24)
    yield opened
    await opened.close()


@pytest.fixture
async def town(database: Database, bus: Bus, serve: Any, tmp_path: Path) -> Town:
    """A tenant with its catalogue and both services."""
    bind(bus)
    town = Town(database, serve, desk_at(tmp_path))
    await town.found()
    return town
