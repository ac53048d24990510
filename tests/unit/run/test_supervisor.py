"""The supervisor: starts, restarts, ends in order, and leaves nobody behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from callout.run.child import ChildError, ChildSpec
from callout.run.supervisor import Supervisor

SERVE = (
    "import pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text('x'); print('serving', flush=True); time.sleep(60)"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + SERVE


def silent(_name: str, _text: str) -> None:
    return


def child(folder: Path, name: str, script: str = SERVE, drain_s: float = 5.0) -> ChildSpec:
    ready = folder / f"{name}.ready"

    async def is_ready() -> bool:
        return ready.exists()

    return ChildSpec(name, [sys.executable, "-c", script, str(ready)], is_ready, drain_s)


def supervisor(
    folder: Path, *specs: ChildSpec, say: Callable[[str, str], None] = silent, echo: bool = False
) -> Supervisor:
    return Supervisor(specs, folder / "logs", dict(os.environ), say, echo_output=echo)


async def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_all_children_are_ready_after_the_start_and_gone_after_the_stop(tmp_path: Path) -> None:
    kept = supervisor(tmp_path, child(tmp_path, "one"), child(tmp_path, "two"))
    await kept.start()
    pids = [each.pid for each in kept.children]
    assert all(pid and psutil.pid_exists(pid) for pid in pids)
    await kept.stop()
    assert not any(pid and psutil.pid_exists(pid) for pid in pids)
    assert (tmp_path / "logs" / "one.log").read_text() == "serving\n"


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    kept = supervisor(tmp_path, child(tmp_path, "one"), say=lambda _name, text: said.append(text))
    await kept.start()
    first = kept.children[0].pid
    assert first
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: kept.children[0].pid not in (None, first))
    assert "ended with code -9" in said[0]
    await kept.stop()


async def test_a_child_that_does_not_come_up_ends_all_and_shows_its_last_words(tmp_path: Path) -> None:
    kept = supervisor(tmp_path, child(tmp_path, "good"), child(tmp_path, "bad", "raise SystemExit('no key')"))
    with pytest.raises(ChildError, match="no key"):
        await kept.start()
    assert [each.pid for each in kept.children] == [None, None]


async def test_the_gateway_ends_first_and_the_others_together(tmp_path: Path) -> None:
    ended: list[str] = []

    def note(name: str) -> Callable[[], Awaitable[None]]:
        async def before_end() -> None:
            ended.append(name)

        return before_end

    specs = [
        ChildSpec(spec.name, spec.command, spec.is_ready, spec.drain_s, note(spec.name))
        for spec in (child(tmp_path, "worker"), child(tmp_path, "admin"), child(tmp_path, "gateway"))
    ]
    kept = supervisor(tmp_path, *specs)
    await kept.start()
    await kept.stop()
    assert ended[0] == "gateway"
    assert sorted(ended[1:]) == ["admin", "worker"]


async def test_a_child_that_will_not_end_is_killed_within_its_bound(tmp_path: Path) -> None:
    kept = supervisor(tmp_path, child(tmp_path, "one", STUBBORN, drain_s=0.3))
    await kept.start()
    began = time.monotonic()
    await kept.stop()
    assert time.monotonic() - began < 3
    assert kept.children[0].pid is None


async def test_output_is_echoed_line_by_line_when_asked(tmp_path: Path) -> None:
    said: list[tuple[str, str]] = []
    kept = supervisor(tmp_path, child(tmp_path, "one"), say=lambda *line: said.append(line), echo=True)
    await kept.start()
    await eventually(lambda: ("one", "serving") in said)
    await kept.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's tie is Linux's")
def test_killing_the_supervisor_leaves_no_child(tmp_path: Path) -> None:
    script = """
import asyncio, pathlib, sys
sys.path.insert(0, sys.argv[2])
from tests.unit.run.test_supervisor import child, supervisor
async def main():
    folder = pathlib.Path(sys.argv[1])
    kept = supervisor(folder, child(folder, "one"), child(folder, "two"))
    await kept.start()
    print(*[each.pid for each in kept.children], flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": f"{root}/src"}
    keeper = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path), root], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert keeper.stdout is not None
    pids = [int(pid) for pid in keeper.stdout.readline().split()]
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(map(_runs, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
