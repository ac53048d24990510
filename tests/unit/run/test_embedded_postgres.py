"""Embedded PostgreSQL: started once, found again, and back after any crash."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from callout.run import embedded_postgres
from callout.run.embedded_postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    start,
    throw_away,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: other pytest runs close that one to the database's account when run as root."""
    with tempfile.TemporaryDirectory(prefix="callout-") as made:
        yield Path(made)


@pytest.fixture
def state_dir(folder: Path) -> Iterator[Path]:
    directory = folder / "a path with spaces"
    yield directory
    running = embedded_postgres.find(directory)
    if running:
        running.stop()


def begin(directory: Path) -> EmbeddedPostgres:
    return start(directory, die_with_parent=True, durable=True)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def kill_all(server: EmbeddedPostgres) -> None:
    postmaster = psutil.Process(server.pid)
    for process in (postmaster, *postmaster.children()):
        process.kill()
    postmaster.wait(10)


def test_the_services_role_is_weak_and_the_owner_owns_the_schema(
    state_dir: Path,
) -> None:
    server = begin(state_dir)
    rights = (
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert ask(server.url_app, rights) is False
    assert ask(server.url_owner, rights) is False
    with psycopg.connect(server.url_owner) as connection:
        connection.execute("CREATE TABLE things (a int)")
    assert ask(server.url_app, "SELECT count(*) FROM things") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.url_app, "CREATE TABLE more (a int)")


def test_a_second_start_finds_the_running_server(state_dir: Path) -> None:
    first, second = begin(state_dir), begin(state_dir)
    assert (first.started_here, second.started_here) == (True, False)
    assert first.pid == second.pid


def test_committed_rows_survive_killing_every_process(state_dir: Path) -> None:
    server = begin(state_dir)
    with psycopg.connect(server.url_owner) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    kill_all(server)
    assert (server.data_dir / "postmaster.pid").exists()
    again = begin(state_dir)
    assert again.pid != server.pid
    assert ask(again.url_app, "SELECT n FROM kept") == 7


def test_killing_only_the_postmaster_is_mended_too(state_dir: Path) -> None:
    server = begin(state_dir)
    connection = psycopg.connect(server.url_app)
    os.kill(server.pid, signal.SIGKILL)
    again = begin(state_dir)
    connection.close()
    assert ask(again.url_app, "SELECT 1") == 1


def test_a_pid_file_whose_number_now_belongs_to_another_program_is_stale(
    state_dir: Path,
) -> None:
    server = begin(state_dir)
    pid_file = server.data_dir / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_all(server)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert ask(begin(state_dir).url_app, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_still_works(folder: Path) -> None:
    server = begin(folder / ("deep/" * 25))
    try:
        assert len(str(server.socket_dir)) < 90
        assert ask(server.url_app, "SELECT 1") == 1
    finally:
        server.stop()
        server.socket_dir.rmdir()


def test_two_checkouts_do_not_meet(folder: Path) -> None:
    one, two = begin(folder / "one"), begin(folder / "two")
    try:
        with psycopg.connect(one.url_owner) as connection:
            connection.execute("CREATE TABLE here (a int)")
        assert ask(two.url_app, "SELECT to_regclass('here') IS NULL") is True
    finally:
        one.stop()
        two.stop()


def test_half_an_initialisation_is_started_over(state_dir: Path) -> None:
    (state_dir / "postgres.new").mkdir(parents=True)
    (state_dir / "postgres.new" / "PG_VERSION").write_text("18")
    assert ask(begin(state_dir).url_app, "SELECT 1") == 1


def test_data_of_another_version_are_refused_by_name(state_dir: Path) -> None:
    (state_dir / "postgres").mkdir(parents=True)
    (state_dir / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match="PostgreSQL 16"):
        begin(state_dir)


def test_nothing_of_a_throw_away_server_remains() -> None:
    with throw_away() as server:
        assert ask(server.url_app, "SELECT 1") == 1
    assert not server.data_dir.parent.exists()
    assert not psutil.pid_exists(server.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="the tie to the parent is Linux's")
def test_the_server_ends_when_its_starter_is_killed(state_dir: Path) -> None:
    script = (
        "import sys, time, pathlib; from callout.run.embedded_postgres import start\n"
        "print(start(pathlib.Path(sys.argv[1]), die_with_parent=True).pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(state_dir)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 20
    while embedded_postgres.find(state_dir) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert embedded_postgres.find(state_dir) is None
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
