"""One house a module: started once, on the module's own event loop."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from callout.run.embedded_postgres import EmbeddedPostgres
from tests.system.business import Business, found_business
from tests.system.house import House, whole_house

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests share the loop of their module, because the house lives on it."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="module"), append=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Both services, the worker and the simulators."""
    before = logging.getLogger().handlers[:]
    async with whole_house(postgres, tmp_path_factory.mktemp("state"), rate_limit_factor=1000) as house:
        yield house
    logging.getLogger().handlers = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def business(system: House) -> Business:
    """One business with an owner, a manager, a viewer and a machine."""
    return await found_business(system, "Bright Home", "+13055550111")
