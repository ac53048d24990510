"""A place of its own for a running Callout: state directory, ports, processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from callout.run import embedded_postgres
from callout.run.child_process import dying_with_parent

SRC = Path(__file__).parents[2] / "src"
HEALTHY_WITHIN_S = 90.0
GONE_WITHIN_S = 20.0
PORTS = ("GATEWAY_PORT", "ADMIN_PORT", "VENDOR_PORT", "VOICE_PORT", "SANDBOX_PORT")
OURS = ("DATABASE_", "CALLOUT_", "SENDGRID_", "NOMINATIM_")


class Place:
    """A state directory and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state of callout"
        self.log = folder / "up.log"
        self.settings: dict[str, str] = {}
        """Further settings of every command here."""
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
        self.ports = {name: probe.getsockname()[1] for name, probe in zip(PORTS, probes, strict=True)}
        for probe in probes:
            probe.close()

    @property
    def environment(self) -> dict[str, str]:
        """Of every command here: nothing of the tester's own settings, and no limits in a tester's way."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)  # every start would compile everything again
        ports = {name: str(port) for name, port in self.ports.items()}
        path = os.pathsep.join(filter(None, (str(SRC), os.environ.get("PYTHONPATH"))))
        own = {"CALLOUT_STATE_DIR": str(self.state), "CALLOUT_RATE_LIMIT_FACTOR": "1000", "PYTHONPATH": path}
        return {**inherited, **ports, **own, **self.settings}

    def url(self, setting: str = "GATEWAY_PORT") -> str:
        """Where something listens."""
        return f"http://127.0.0.1:{self.ports[setting]}"

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        command = [sys.executable, "-m", "callout", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=400, check=False)

    def processes(self) -> list[psutil.Process]:
        """Everything that was started for this place."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = any(str(self.state) in part for part in process.cmdline())
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def process(self, name: str) -> psutil.Process | None:
        """The running process of a part, `postgres` included; None while there is none."""
        if name == "postgres":
            server = embedded_postgres.find(self.state)
            return psutil.Process(server.pid) if server else None
        mark = "envoy.json" if name == "gateway" else f"{name}.ready"
        return next((each for each in self.processes() if any(part.endswith(mark) for part in _command(each))), None)

    def is_gone(self) -> bool:
        """Whether everything has ended, soon."""
        deadline = time.monotonic() + GONE_WITHIN_S
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@contextmanager
def new_place() -> Iterator[Place]:
    """A fresh place; whatever still runs there at the end is killed.

    Not in pytest's own directory: other pytest runs close that one to the database's account when run as root.
    """
    with TemporaryDirectory(prefix="callout-", ignore_cleanup_errors=True) as folder:
        place = Place(Path(folder))
        try:
            yield place
        finally:
            for process in place.processes():
                process.kill()
                process.wait(10)


class Up:
    """`callout up` in a place."""

    def __init__(self, place: Place, *options: str) -> None:
        self.place = place
        self._command = [sys.executable, "-m", "callout", "up", *options]
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        with self.place.log.open("w") as output:
            return subprocess.Popen(
                self._command,
                env=self.place.environment,
                stdout=output,
                stderr=output,
                text=True,
                preexec_fn=dying_with_parent(),  # noqa: PLW1509 - one prctl call
            )

    def wait(self) -> None:
        """Until it says that everything answers."""
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while "Callout is up" not in self.place.log.read_text():
            assert self.process.poll() is None, self.place.log.read_text()
            assert time.monotonic() < deadline, self.place.log.read_text()
            time.sleep(0.1)

    def kill(self) -> None:
        """Ends it without a chance to do anything more."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """Starts it after it was killed; returns at once."""
        self.process = self._start()

    def end(self) -> int:
        """Ctrl-C; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@contextmanager
def up(place: Place, *options: str) -> Iterator[Up]:
    """Callout running in a place for as long as the block."""
    running = Up(place, *options)
    try:
        running.wait()
        yield running
    finally:
        running.end()
