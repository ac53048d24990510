"""Which parts there are and how they are spread over processes: plain values."""

from collections.abc import Callable
from dataclasses import dataclass

from callout.settings import PortSettings

DRAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """Something that runs.

    Attributes:
        name: what it is called on the command line, in logs and in health.
        setting: the variable that sets its port; empty when it has none.
        port: reads that port from the settings.
    """

    name: str
    setting: str = ""
    port: Callable[[PortSettings], int] = lambda _: 0


@dataclass(frozen=True, slots=True)
class Process:
    """An operating-system process and the parts it runs."""

    name: str
    parts: tuple[str, ...]
    drain_s: float = DRAIN_S


Topology = tuple[Process, ...]
"""Processes in starting order; they are stopped together, except that the last one, the door, goes first."""

PARTS = {
    part.name: part
    for part in (
        Part("gateway", "GATEWAY_PORT", lambda ports: ports.gateway),
        Part("admin", "ADMIN_PORT", lambda ports: ports.admin),
        Part("vendor", "VENDOR_PORT", lambda ports: ports.vendor),
        Part("voice", "VOICE_PORT", lambda ports: ports.voice),
        Part("worker"),
        Part("sandbox", "SANDBOX_PORT", lambda ports: ports.sandbox),
    )
}

GATEWAY = Process("gateway", ("gateway",), drain_s=5)
SPLIT: Topology = (
    Process("sandbox", ("sandbox",), drain_s=2),
    Process("worker", ("worker",), drain_s=15),
    Process("voice", ("voice",), drain_s=120),
    Process("vendor", ("vendor",)),
    Process("admin", ("admin",)),
    GATEWAY,
)
EMBEDDED: Topology = (
    Process("callout", ("sandbox", "worker", "vendor", "admin"), drain_s=15),
    Process("voice", ("voice",), drain_s=120),
    GATEWAY,
)
"""Calls have a process of their own even here: whatever else a process does is heard in them."""


def chosen(*, embedded: bool, gateway: bool, sandbox: bool, voice: bool = True) -> Topology:
    """The topology for these wishes.

    Args:
        embedded: everything but the gateway and the database in one process.
        gateway: run the gateway too.
        sandbox: run the simulators too.
        voice: run the voice service too.
    """
    wishes = (("gateway", gateway), ("sandbox", sandbox), ("voice", voice))
    dropped = {name for name, wanted in wishes if not wanted}
    kept = [
        Process(process.name, tuple(part for part in process.parts if part not in dropped), process.drain_s)
        for process in (EMBEDDED if embedded else SPLIT)
    ]
    return tuple(process for process in kept if process.parts)


def parts_of(topology: Topology) -> list[Part]:
    """All parts of a topology."""
    return [PARTS[name] for process in topology for name in process.parts]
