"""The town of these tests."""

from pathlib import Path
from typing import Any

import pytest

from callout.kit.db.database import Database
from callout.kit.events import Bus
from tests.features.dispatch.town import Town, bind, desk_at


@pytest.fixture
async def town(database: Database, bus: Bus, serve: Any, tmp_path: Path) -> Town:
    """A tenant with its catalogue and both services."""
    bind(bus)
    town = Town(database, serve, desk_at(tmp_path))
    await town.found()
    return town
