"""Commands with nothing running."""

import socket

import psycopg

from tests.e2e.job import play
from tests.e2e.place import Place


def test_the_demonstration_starts_what_it_needs_and_leaves_nothing_running(place: Place) -> None:
    play(place, "--no-call")
    assert place.is_gone()


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
    assert place.is_gone()
