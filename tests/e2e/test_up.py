"""`callout up`: one command from nothing to a healthy system, and back to nothing."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

SRC = Path(__file__).parents[2] / "src"
HEALTHY_WITHIN_S = 60.0
SETTINGS = ("GATEWAY_PORT", "ADMIN_PORT", "VENDOR_PORT", "VOICE_PORT", "SANDBOX_PORT")


class Place:
    """A state directory and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state of callout"
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in SETTINGS]
        self.ports = {name: probe.getsockname()[1] for name, probe in zip(SETTINGS, probes, strict=True)}
        for probe in probes:
            probe.close()

    @property
    def environment(self) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "CALLOUT_"))
        }
        ports = {name: str(port) for name, port in self.ports.items()}
        path = os.pathsep.join(filter(None, (str(SRC), os.environ.get("PYTHONPATH"))))
        return {**inherited, **ports, "CALLOUT_STATE_DIR": str(self.state), "PYTHONPATH": path}

    def url(self, setting: str) -> str:
        return f"http://127.0.0.1:{self.ports[setting]}"

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "callout", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=90, check=False)

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


@pytest.fixture
def place() -> Iterator[Place]:
    """Not in pytest's own directory: other pytest runs close that one to the database's account when run as root."""
    with tempfile.TemporaryDirectory(prefix="callout-") as folder:
        made = Place(Path(folder))
        yield made
        for process in made.processes():
            process.kill()
            process.wait(10)


@contextmanager
def up(place: Place, *options: str) -> Iterator[subprocess.Popen[str]]:
    log = place.state.parent / "up.log"
    with log.open("w") as output:
        command = [sys.executable, "-m", "callout", "up", *options]
        process = subprocess.Popen(command, env=place.environment, stdout=output, stderr=output, text=True)
        try:
            _wait_until_healthy(place, process, log)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)


def _wait_until_healthy(place: Place, process: subprocess.Popen[str], log: Path) -> None:
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while "Callout is up" not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def _gone(place: Place) -> bool:
    deadline = time.monotonic() + 15
    while place.processes():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("mode", [(), ("--embedded",)], ids=["split", "embedded"])
def test_every_service_answers_and_ctrl_c_leaves_nothing_running(place: Place, mode: tuple[str, ...]) -> None:
    with up(place, *mode) as running:
        wanted = {"GATEWAY_PORT": "gateway", "ADMIN_PORT": "admin", "VENDOR_PORT": "vendor"}
        for setting, service in wanted.items():
            health = httpx.get(place.url(setting) + "/health")
            assert (health.status_code, health.json()["service"]) == (200, service)
        refused = httpx.get(place.url("GATEWAY_PORT") + "/api/admin/orders")
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
        assert place.call("doctor").returncode == 0
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0
    assert _gone(place)


def test_a_second_up_says_that_it_is_running(place: Place) -> None:
    with up(place, "--embedded", "--no-gateway"):
        second = place.call("up")
        assert second.returncode == 1
        assert "already running" in second.stderr
        assert httpx.get(place.url("ADMIN_PORT") + "/health").status_code == 200


def test_killing_it_leaves_nothing_and_the_next_start_works(place: Place) -> None:
    with up(place) as first:
        first.kill()
        first.wait()
        assert _gone(place)
    with up(place):
        assert httpx.get(place.url("GATEWAY_PORT") + "/health").status_code == 200


def test_a_service_that_is_killed_comes_back(place: Place) -> None:
    with up(place):
        (vendor,) = [each for each in place.processes() if "vendor" in each.cmdline()]
        vendor.kill()
        assert httpx.get(place.url("ADMIN_PORT") + "/health").status_code == 200
        deadline = time.monotonic() + 30
        while True:
            try:
                if httpx.get(place.url("VENDOR_PORT") + "/health").status_code == 200:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_taken_port_is_named_before_anything_is_started(place: Place) -> None:
    with socket.create_server(("127.0.0.1", place.ports["ADMIN_PORT"])):
        refused = place.call("up")
    assert refused.returncode == 1
    assert str(place.ports["ADMIN_PORT"]) in refused.stderr
    assert "ADMIN_PORT" in refused.stderr
    assert not (place.state / "postgres").exists()


def test_the_database_is_reached_by_its_printed_address(place: Place) -> None:
    assert place.call("db", "migrate").returncode == 0
    address = place.call("db", "url").stdout.strip()
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("callout_app",)
    assert "Stopped" in place.call("db", "stop").stdout
    assert _gone(place)
