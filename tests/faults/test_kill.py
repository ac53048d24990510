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
from tests.faults.outcomes import Outcomes

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
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_it_may_be_killed_in_any_step(scene: Scene, seed: int, victim: str, outcomes: Outcomes) -> None:
    outcomes.seed = seed
    rng = random.Random(f"{seed} {victim}")
    expected = await scene.undisturbed()
    wrong = {}
    for name in NAMES:
        began = time.monotonic()
        try:
            lines = differences(expected, await scene.disturbed({name: victim}, rng, outcomes.say))
        except Exception as problem:  # noqa: BLE001 - one cell of the table, told at the end
            lines = [f"{type(problem).__name__}: {problem}"]
        outcomes.cells[victim, name] = "DIFFERS" if lines else f"{time.monotonic() - began:.0f} s"
        if lines:
            wrong[name] = lines
    assert not wrong, f"repeat with CALLOUT_SEED={seed}"
