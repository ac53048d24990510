"""Processes that begin at once: one imports what they need, then forks each when it is asked for.

`python -m tests.faults.nursery ROLE…` reads a line of JSON for each thing to do, `{"start": role, "given": …}` or
`{"kill": pid}`, and answers each with the process id. When nobody asks any more, all it started are killed.
"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from typing import Any

ROLES = {"worker": "tests.faults.campaign_worker", "voice": "tests.faults.voice_process"}
"""Role → module; its `run(given)` is the life of such a process."""


class Nursery:
    """Starts and kills processes, each of a role."""

    def __init__(self, *roles: str) -> None:
        command = [sys.executable, "-m", "tests.faults.nursery", *roles]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def start(self, role: str, given: dict[str, Any]) -> int:
        """Starts a process; its id."""
        return self._asked({"start": role, "given": given})

    def kill(self, pid: int) -> None:
        """kill -9; it is gone afterwards."""
        self._asked({"kill": pid})

    def close(self) -> None:
        """Kills all there are."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _asked(self, wish: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def fork(role: str, given: dict[str, Any]) -> int:
    """Starts a process that does nothing but its role."""
    if pid := os.fork():
        return pid
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        asyncio.run(import_module(ROLES[role]).run(given))
    except Exception:  # noqa: BLE001 - shown with the failure of the test
        traceback.print_exc()
    finally:
        os._exit(1)


def serve() -> None:
    """Does what it is asked until nobody can ask any more."""
    children: set[int] = set()
    gc.freeze()
    for line in sys.stdin:
        wish = json.loads(line)
        if "start" in wish:
            pid = fork(wish["start"], wish["given"])
            children.add(pid)
        else:
            pid = wish["kill"]
            end(pid)
            children.discard(pid)
        print(pid, flush=True)  # noqa: T201 - the answer
    for pid in children:
        end(pid)


def end(pid: int) -> None:
    """kill -9, and waits until it is gone."""
    with suppress(ProcessLookupError, ChildProcessError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    for needed in sys.argv[1:]:
        import_module(ROLES[needed])
    serve()
