"""Running systems that tests share."""

from collections.abc import Iterator

import pytest

from tests.e2e.place import Place, Up, new_place, up


@pytest.fixture
def place() -> Iterator[Place]:
    """Where nothing runs yet."""
    with new_place() as made:
        yield made


@pytest.fixture(scope="module")
def split() -> Iterator[Up]:
    """Every part in a process of its own, behind the gateway."""
    with new_place() as made, up(made) as running:
        yield running


@pytest.fixture(scope="module")
def embedded() -> Iterator[Up]:
    """Everything but the gateway and the database in one process."""
    with new_place() as made, up(made, "--embedded") as running:
        yield running
