"""Finds ports that are taken before anything is started, and says which setting moves them."""

import socket
from contextlib import suppress

import psutil

from callout.run.errors import RunError
from callout.run.topology import Part
from callout.settings import PortSettings


class PortTakenError(RunError):
    """A port is in use; the message names it, its setting and, where known, its user."""


def require_free(parts: list[Part], ports: PortSettings) -> None:
    """Raise when a part's port cannot be bound.

    Raises:
        PortTakenError: naming every such port.
    """
    complaints = [
        f"port {part.port(ports)} for the {part.name} is in use{_by_whom(part.port(ports))}; "
        f"stop that program or set {part.setting} to another port"
        for part in parts
        if part.setting and not is_free(ports.host, part.port(ports))
    ]
    if complaints:
        raise PortTakenError("\n".join(complaints))


def is_free(host: str, port: int) -> bool:
    """Whether a listener can bind here; ports in TIME_WAIT count as free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _by_whom(port: int) -> str:
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    return ""
