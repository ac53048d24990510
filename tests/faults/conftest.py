"""One running system for all faults; every play founds a business of its own."""

import os
import secrets
from collections.abc import Iterator

import pytest

from tests.e2e.place import new_place, up
from tests.faults.killing import Scene


@pytest.fixture(scope="session")
def seed() -> int:
    """Decides who is killed and when; CALLOUT_SEED repeats a run."""
    return int(os.environ.get("CALLOUT_SEED") or secrets.randbelow(1_000_000))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Everything in processes of its own, behind the gateway."""
    with new_place() as place, up(place) as running:
        yield Scene(place, running)
