"""One supervised child process: started tied to us, its output kept, restarted when it dies, ended in time."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from callout.run.child_process import dying_with_parent
from callout.run.errors import RunError

LOG_LIMIT_BYTES = 20_000_000
_TAIL_BYTES = 4000
_LOOK_S = 0.1
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STABLE_AFTER_S = 0.2, 30.0, 10.0

Say = Callable[[str, str], None]
"""Tells the person at the terminal something: (name of the process, text)."""


class ChildError(RunError):
    """A child ended before it was ready; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run and how to treat it.

    Attributes:
        is_ready: asked repeatedly after the start.
        drain_s: seconds between asking it to end and killing it.
        before_end: called first when it is to end.
    """

    name: str
    command: list[str]
    is_ready: Callable[[], Awaitable[bool]]
    drain_s: float
    before_end: Callable[[], Awaitable[None]] | None = None


class Child:
    """A child and its keeper."""

    def __init__(self, spec: ChildSpec, log_path: Path, environment: dict[str, str], *, echo: Say | None) -> None:
        self.spec = spec
        self.log_path = log_path
        self._environment = environment
        self._echo = echo
        self._process: asyncio.subprocess.Process | None = None
        self._pump: asyncio.Task[None] | None = None
        self._log_began = 0

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self, within_s: float) -> None:
        """Start it and wait until it is ready.

        Raises:
            ChildError: it ended, or was not ready in time.
        """
        deadline = time.monotonic() + within_s
        process = await self._spawn()
        while not await self.spec.is_ready():
            if process.returncode is not None:
                raise ChildError(f"{self.spec.name} ended with code {process.returncode}:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise ChildError(f"{self.spec.name} was not ready within {within_s:g} s:\n{self.last_words()}")
            await asyncio.sleep(_LOOK_S)

    async def keep_alive(self, say: Say) -> None:
        """Restart it whenever it ends, pausing longer each time; never returns."""
        pause = _FIRST_PAUSE_S
        while True:
            assert self._process is not None
            began = time.monotonic()
            code = await self._process.wait()
            if time.monotonic() - began > _STABLE_AFTER_S:
                pause = _FIRST_PAUSE_S
            say(self.spec.name, f"ended with code {code}; starting it again in {pause:g} s (log: {self.log_path})")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
            await self._spawn()

    async def end(self) -> None:
        """Ask it to end, and kill it when it does not in time."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if self.spec.before_end is not None:
            with suppress(Exception):
                await self.spec.before_end()
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.spec.drain_s)
        except TimeoutError:
            self.kill()
            await process.wait()
        if self._pump is not None:
            await asyncio.wait([self._pump], timeout=1)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()

    def last_words(self) -> str:
        """The end of what it has written since it was last started."""
        with suppress(FileNotFoundError):
            return self.log_path.read_bytes()[self._log_began :][-_TAIL_BYTES:].decode(errors="replace").strip()
        return ""

    async def _spawn(self) -> asyncio.subprocess.Process:
        if self._pump is not None:
            await asyncio.wait([self._pump], timeout=1)
        _rotate(self.log_path)
        self._log_began = self.log_path.stat().st_size if self.log_path.exists() else 0
        self._process = await asyncio.create_subprocess_exec(
            *self.spec.command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL if sys.platform == "linux" else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in order
            preexec_fn=dying_with_parent(signal.SIGKILL),
        )
        self._pump = asyncio.create_task(self._keep_output(self._process.stdout))
        return self._process

    async def _keep_output(self, output: asyncio.StreamReader | None) -> None:
        assert output is not None
        log = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            rest = b""
            while chunk := await output.read(65536):
                os.write(log, chunk)
                if self._echo is not None:
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        self._echo(self.spec.name, line.decode(errors="replace"))
        finally:
            os.close(log)


def _rotate(path: Path) -> None:
    if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
        path.rename(path.with_suffix(".log.old"))
