"""The life of one process: its parts start in order, serve, and drain within a bound when asked to end."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from litestar.types import ASGIApp

from callout.run.http_server import HttpServer
from callout.run.installation import Installation
from callout.run.topology import PARTS

_log = logging.getLogger(__name__)
_LAST_RESORT_S = 5.0


def run(parts: tuple[str, ...], installation: Installation, *, drain_s: float, ready_file: Path | None = None) -> None:
    """Run parts in this process until SIGTERM or SIGINT.

    Args:
        parts: names out of `topology.PARTS`; the gateway is a program of its own and not among them.
        installation: settings and database.
        drain_s: how long requests and steps under way may take to finish.
        ready_file: touched once every part serves.
    """
    with asyncio.Runner(loop_factory=loop_of(parts)) as runner:
        runner.run(_run(parts, installation, drain_s, ready_file))


def loop_of(parts: tuple[str, ...]) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The event loop for parts: live calls have a quicker one, where it is installed; None is Python's own."""
    if "voice" not in parts or find_spec("uvloop") is None:
        return None
    from uvloop import new_event_loop  # noqa: PLC0415 - the other parts do without it

    return new_event_loop


def end_with_parent() -> None:
    """Where the kernel cannot do it: end this process when the parent's end of standard input closes."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


async def _run(parts: tuple[str, ...], installation: Installation, drain_s: float, ready_file: Path | None) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for how in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(how, ended.set)
    async with AsyncExitStack() as stack:
        with _no_garbage():
            for name in parts:
                await _start(name, installation, drain_s, stack)
        if ready_file is not None:
            ready_file.touch()  # noqa: ASYNC240 - one file, before anything is served
        await ended.wait()
        _end_anyway_after((drain_s + installation.settings.drain_notice_s) * len(parts) + _LAST_RESORT_S)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """A quicker start: what is made at the start stays for good, so nothing is looked through for garbage."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def _start(name: str, installation: Installation, drain_s: float, stack: AsyncExitStack) -> None:
    if name == "worker":
        from callout.run import wiring  # noqa: PLC0415 - heavy, and not needed by the supervisor

        await stack.enter_async_context(wiring.worker(installation, drain_s=drain_s))
        return
    ports = installation.settings.ports
    server = HttpServer(_application(name, installation), ports.host, PARTS[name].port(ports))
    await server.start()
    stack.push_async_callback(server.stop, within_s=drain_s, notice_s=installation.settings.drain_notice_s)
    _log.info("%s listens on %s:%s", name, ports.host, PARTS[name].port(ports))


def _application(name: str, installation: Installation) -> ASGIApp:
    """The application of a part; importing what it needs and no more, for a quick start."""
    if name == "sandbox":
        from callout.run import simulators  # noqa: PLC0415

        return simulators.application(installation.settings)
    from callout.run import wiring  # noqa: PLC0415

    return wiring.application(name, installation)


def _end_anyway_after(seconds: float) -> None:
    """The bound holds even when something hangs while ending."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
