"""Keeps a set of child processes running, and ends them in order."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from callout.run.child import Child, ChildError, ChildSpec, Say

_START_WITHIN_S = 60.0


class Supervisor:
    """Starts children, restarts those that die, and ends all of them."""

    def __init__(
        self, specs: Sequence[ChildSpec], log_dir: Path, environment: dict[str, str], say: Say, *, echo_output: bool
    ) -> None:
        """Children are started in the order of `specs` and ended in the opposite order.

        Args:
            specs: what to run.
            log_dir: one file per child; created when missing.
            environment: of every child.
            say: tells the person at the terminal about restarts.
            echo_output: pass the children's output on through `say` as well.
        """
        log_dir.mkdir(parents=True, exist_ok=True)
        echo = say if echo_output else None
        self.children = [Child(spec, log_dir / f"{spec.name}.log", environment, echo=echo) for spec in specs]
        self._say = say
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start all at once and return when all are ready.

        Raises:
            ChildError: the first one that failed; the others are ended.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for child in self.children:
                    group.create_task(child.start(_START_WITHIN_S))
        except* (ChildError, OSError) as failures:
            await self.stop()
            raise failures.exceptions[0] from None
        self._keepers = [asyncio.create_task(child.keep_alive(self._say)) for child in self.children]

    async def stop(self) -> None:
        """End the last one first, since it is the door to the others, then these together; each has its own bound."""
        for keeper in self._keepers:
            keeper.cancel()
        for keeper in self._keepers:
            with suppress(asyncio.CancelledError):
                await keeper
        if self.children:
            *others, door = self.children
            await door.end()
            await asyncio.gather(*(child.end() for child in others))

    def kill(self) -> None:
        """End all at once, whatever they are doing."""
        for child in self.children:
            child.kill()
