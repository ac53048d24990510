"""One running system for all faults; every play founds a business of its own."""

import os
import secrets
from collections.abc import Iterator

import pytest

from tests.e2e.place import new_place, up
from tests.faults.killing import Scene
from tests.faults.outcomes import Outcomes

OUTCOMES = pytest.StashKey[Outcomes]()


@pytest.fixture(scope="session")
def seed() -> int:
    """Decides who is killed and when; CALLOUT_SEED repeats a run."""
    return int(os.environ.get("CALLOUT_SEED") or secrets.randbelow(1_000_000))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Everything in processes of its own, behind the gateway."""
    with new_place() as place:
        place.settings["CALLOUT_VOICE"] = "false"  # nobody speaks here, and it takes long to start again
        with up(place) as running:
            yield Scene(place, running)


@pytest.fixture(scope="session")
def outcomes(pytestconfig: pytest.Config) -> Outcomes:
    """Filled by the long run, shown at its end."""
    made = Outcomes(say=print)
    pytestconfig.stash[OUTCOMES] = made
    return made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Shows the table."""
    if (made := config.stash.get(OUTCOMES, None)) is not None and made.cells:
        terminalreporter.section(f"kill -9, CALLOUT_SEED={made.seed}")
        for line in made.table():
            terminalreporter.write_line(line)
