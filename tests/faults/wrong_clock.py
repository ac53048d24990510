"""A worker on a machine whose clock is wrong: `python -m tests.faults.wrong_clock <seconds> <address> <folder> <name>`.

Everything in this process that asks the machine for the time is told the wrong one; waiting takes as long as it does.
"""

import asyncio
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

RIGHT = time.time
LOOK_AGAIN_S = 3.0
"""How often a worker looks for searches that should have moved on; more often than the product, for tests to end."""


def mistake(seconds: float) -> None:
    """Moves the clock of this process."""
    time.time = lambda: RIGHT() + seconds


async def work(seconds: float, address: str, folder: Path, name: str) -> None:
    """Works until killed."""
    from callout.features.dispatch import overdue  # noqa: PLC0415 - after the clock is wrong
    from callout.kit.clock import SystemClock  # noqa: PLC0415
    from callout.run import wiring  # noqa: PLC0415
    from callout.run.installation import installation  # noqa: PLC0415
    from callout.settings import ProviderSettings, load_settings  # noqa: PLC0415

    class WrongClock(SystemClock):
        def now(self) -> datetime:
            return super().now() + timedelta(seconds=seconds)

    overdue.EVERY_S = LOOK_AGAIN_S  # type: ignore[misc,unused-ignore]
    settings = load_settings(
        state_dir=folder, worker_id=name, log_level="WARNING", providers=ProviderSettings(sandbox="always")
    )
    async with wiring.worker(installation(settings, app_url=address), drain_s=1, clock=WrongClock()):
        print("working", flush=True)  # noqa: T201 - whoever started it waits for this
        await asyncio.Event().wait()


if __name__ == "__main__":
    skew, database, state, worker = sys.argv[1:5]
    mistake(float(skew))
    asyncio.run(work(float(skew), database, Path(state), worker))
