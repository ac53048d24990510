"""`callout up`: everything on this machine, from the database to the gateway, until told to stop."""

import asyncio
import fcntl
import os
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from callout.run import edge
from callout.run.busy_ports import require_free
from callout.run.child import ChildSpec, Say
from callout.run.errors import RunError
from callout.run.postgres_keeper import PostgresKeeper
from callout.run.provisioning import Foundation, bring_up_to_date, lay
from callout.run.seed import seed
from callout.run.supervisor import Supervisor
from callout.run.topology import PARTS, Process, Topology, parts_of
from callout.services.gateway.process import drain
from callout.settings import Settings


class AlreadyUpError(RunError):
    """Another `callout up` of this checkout is running."""


def up(settings: Settings, topology: Topology, *, say: Say, on_ready: Callable[[], None], echo_output: bool) -> None:
    """Run a topology in the foreground; returns when it was stopped.

    Args:
        say: tells the person at the terminal what happens.
        on_ready: called once everything answers.
        echo_output: show the children's output too.

    Raises:
        AlreadyUpError: it runs already.
        PortTakenError: a port is taken.
        ChildError: a process did not come up.
    """
    with _only_one(settings.state_dir):
        require_free(parts_of(topology), settings.ports)
        foundation = lay(settings, die_with_parent=True)
        with _kept(foundation, settings, say):
            bring_up_to_date(foundation)
            seed(foundation.installation)
            asyncio.run(_supervise(settings, topology, foundation, say, on_ready, echo_output=echo_output))


@contextmanager
def _kept(foundation: Foundation, settings: Settings, say: Say) -> Iterator[None]:
    """The database, when it is ours, runs until the end of the block."""
    server = foundation.postgres
    if server is None:
        yield
        return
    if server.started_here:
        say("database", f"PostgreSQL started, data in {server.data_dir}")
    keeper = PostgresKeeper(server, settings.state_dir, say)
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


async def _supervise(
    settings: Settings,
    topology: Topology,
    foundation: Foundation,
    say: Say,
    on_ready: Callable[[], None],
    *,
    echo_output: bool,
) -> None:
    specs = [_spec(process, settings) for process in topology]
    log_dir = settings.state_dir / "logs"
    supervisor = Supervisor(specs, log_dir, _environment(settings, foundation), say, echo_output=echo_output)
    ended = asyncio.Event()

    def end() -> None:
        if ended.is_set():
            supervisor.kill()
        ended.set()

    loop = asyncio.get_running_loop()
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(how, end)
    starting, stopping = asyncio.create_task(supervisor.start()), asyncio.create_task(ended.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        await starting
        on_ready()
        await stopping
    else:
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
    say("callout", "stopping")
    await supervisor.stop()


def _spec(process: Process, settings: Settings) -> ChildSpec:
    if process.parts == ("gateway",):
        made = edge.prepare(settings)

        async def finish_requests() -> None:
            await asyncio.to_thread(drain, made.admin_pipe, within_s=process.drain_s)

        return ChildSpec("gateway", made.command, _answers(_url(settings, "gateway")), process.drain_s, finish_requests)
    ready_file = settings.state_dir / "run" / f"{process.name}.ready"
    ready_file.parent.mkdir(parents=True, exist_ok=True)
    ready_file.unlink(missing_ok=True)
    options = ["--ready-file", str(ready_file), "--drain", str(process.drain_s)]
    if sys.platform != "linux":
        options.append("--end-with-parent")
    command = [sys.executable, "-m", "callout", "serve", *process.parts, *options]

    async def is_ready() -> bool:
        return ready_file.exists()

    return ChildSpec(process.name, command, is_ready, process.drain_s + 5)


def _answers(url: str) -> Callable[[], Awaitable[bool]]:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used: reading all authorities for it takes long

    async def is_ready() -> bool:
        async with httpx.AsyncClient(timeout=2, verify=trusting) as client:
            with suppress(httpx.HTTPError):
                return (await client.get(url)).status_code == httpx.codes.OK
        return False

    return is_ready


def _url(settings: Settings, part: str) -> str:
    host = "127.0.0.1" if settings.ports.host in ("0.0.0.0", "::") else settings.ports.host  # noqa: S104 - compared
    return f"http://{host}:{PARTS[part].port(settings.ports)}/health"


def _environment(settings: Settings, foundation: Foundation) -> dict[str, str]:
    """The children use the database we found or started, and the same state directory from anywhere."""
    made = foundation.installation
    return {
        **os.environ,
        "DATABASE_URL": made.app_url,
        "DATABASE_OWNER_URL": made.owner_url,
        "CALLOUT_STATE_DIR": str(settings.state_dir),
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def _only_one(state_dir: Path) -> Iterator[None]:
    """The kernel frees the lock when its holder dies, however it dies."""
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise AlreadyUpError(
                f"Callout is already running from here (process {holder}); stop it with Ctrl-C there or `kill {holder}`"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
