"""Keeps the embedded PostgreSQL running: started again whenever it ends, until told to stop."""

import threading
from pathlib import Path

import psutil

from callout.run import embedded_postgres
from callout.run.child import Say
from callout.run.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

_LOOK_EVERY_S = 0.2
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 10.0


class PostgresKeeper:
    """Watches a server from a thread of its own.

    The kernel ends the server with the thread that started it, so the thread lives until the server is stopped.
    """

    def __init__(self, server: EmbeddedPostgres, state_dir: Path, say: Say) -> None:
        self._server = server
        self._state_dir = state_dir
        self._say = say
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)

    def start(self) -> None:
        """Begins to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stops watching, and the server too unless somebody else started it."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        if self._server.started_here:
            self._server.stop()

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_S
        while not self._stopping.wait(_LOOK_EVERY_S):
            if _is_running(self._server.pid):
                continue
            self._say("database", "PostgreSQL ended; starting it again")
            try:
                self._server = embedded_postgres.start(self._state_dir, die_with_parent=True)
            except (EmbeddedPostgresError, OSError) as problem:
                self._say("database", str(problem))
                self._stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_S)
            else:
                pause = _FIRST_PAUSE_S


def _is_running(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(0)  # takes away what is left of a child that ended
    except psutil.TimeoutExpired:
        return True
    except psutil.NoSuchProcess:
        return False
    return False
