"""Topologies are values, and ports are checked before anything starts."""

import socket

import pytest

from callout.run.busy_ports import PortTakenError, require_free
from callout.run.topology import PARTS, chosen, parts_of
from callout.settings import PortSettings


def names(**wishes: bool) -> list[tuple[str, ...]]:
    defaults = {"embedded": False, "gateway": True, "sandbox": True}
    return [process.parts for process in chosen(**{**defaults, **wishes})]


def test_split_runs_every_part_in_a_process_of_its_own() -> None:
    assert sorted(names()) == [("admin",), ("gateway",), ("sandbox",), ("vendor",), ("voice",), ("worker",)]


def test_embedded_runs_the_same_parts_in_one_process_beside_calls_and_the_gateway() -> None:
    split, embedded = (parts_of(chosen(embedded=mode, gateway=True, sandbox=True)) for mode in (False, True))
    assert {part.name for part in split} == {part.name for part in embedded} == set(PARTS)
    assert names(embedded=True)[1:] == [("voice",), ("gateway",)]


def test_the_gateway_starts_last_and_so_ends_first() -> None:
    assert names()[-1] == names(embedded=True)[-1] == ("gateway",)


def test_parts_can_be_left_out() -> None:
    assert ("gateway",) not in names(gateway=False)
    assert names(embedded=True, gateway=False, sandbox=False, voice=False) == [("worker", "vendor", "admin")]


def test_a_taken_port_is_named_with_the_setting_that_moves_it() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"port {port} for the admin .* ADMIN_PORT"):
            require_free([PARTS["admin"], PARTS["worker"]], PortSettings(admin=port))
    require_free([PARTS["admin"]], PortSettings(admin=port))
