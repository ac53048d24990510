"""kill -9 of any process at any step, and a restart, end in the state of an undisturbed run.

`CALLOUT_SEED` repeats a run; with `CALLOUT_SOAK=1` each process is killed in each step.
"""

import os
import random
import time

import pytest

from callout.run.demo.story import STEPS
from tests.faults.final_state import differences
from tests.faults.killing import PARTS, VICTIMS, Scene

pytestmark = pytest.mark.xdist_group("processes")  # one after the other: each fills the machine

NAMES = [step.__name__ for step in STEPS]
SOAK = os.environ.get("CALLOUT_SOAK") == "1"


@pytest.mark.timeout(600)
async def test_a_process_killed_in_each_step_changes_nothing(scene: Scene, seed: int) -> None:
    print(f"CALLOUT_SEED={seed}")  # noqa: T201 - shown when it fails
    rng = random.Random(seed)
    expected = await scene.undisturbed()
    found = await scene.disturbed(_plan(rng), rng, print)
    wrong = differences(expected, found)
    assert not wrong, "\n".join([f"repeat with CALLOUT_SEED={seed}", *wrong])


def _plan(rng: random.Random) -> dict[str, str]:
    """Each victim at least once; `callout up`, whose start takes longest, exactly once."""
    victims = [*VICTIMS, *rng.choices(PARTS, k=len(NAMES) - len(VICTIMS))]
    rng.shuffle(victims)
    return dict(zip(NAMES, victims, strict=True))


@pytest.mark.skipif(not SOAK, reason="CALLOUT_SOAK=1 kills each process in each step, which takes half an hour")
@pytest.mark.timeout(7200)
async def test_each_process_killed_in_each_step_changes_nothing(
    scene: Scene, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def say(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)  # noqa: T201 - half an hour without a word is long

    say(f"\nCALLOUT_SEED={seed}")
    rng = random.Random(seed)
    expected = await scene.undisturbed()
    outcomes: dict[tuple[str, str], str] = {}
    for victim in VICTIMS:
        for name in NAMES:
            began = time.monotonic()
            try:
                wrong = differences(expected, await scene.disturbed({name: victim}, rng, say))
            except Exception as problem:  # noqa: BLE001 - one cell of the table, told at the end
                wrong = [f"{type(problem).__name__}: {problem}"]
            outcomes[victim, name] = f"{time.monotonic() - began:.0f} s" if not wrong else "DIFFERS"
            for line in wrong:
                say(f"  {line}")
    say(_table(outcomes))
    assert "DIFFERS" not in outcomes.values(), f"repeat with CALLOUT_SEED={seed}"


def _table(outcomes: dict[tuple[str, str], str]) -> str:
    rows = [["killed", *(name.replace("_", " ") for name in NAMES)]]
    rows += [[victim, *(outcomes[victim, name] for name in NAMES)] for victim in VICTIMS]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
