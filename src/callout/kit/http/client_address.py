"""Who really asks, when the connection comes from a proxy: the forwarded address, as far as it can be believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
LOOPBACK = ("127.0.0.0/8", "::1/128")


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks in CIDR form; ValueError for anything else."""
    return tuple(ip_network(text, strict=False) for text in texts)


def client_address(peer: str, forwarded_for: Sequence[str], proxies: Sequence[Network]) -> str:
    """The nearest address that no proxy of ours vouches for on its own behalf.

    Every proxy appends the address it was asked from, so the list is read from its end, and only as long as the one
    who wrote the entry is a proxy of ours: what a client claims about itself is never reached.

    Args:
        peer: Address of the connection itself.
        forwarded_for: Values of the X-Forwarded-For headers, in their order.
        proxies: Networks of the proxies that are believed.
    """
    hops = [hop.strip() for value in forwarded_for for hop in value.split(",") if hop.strip()]
    address = peer
    while hops and _is_within(address, proxies) and (told := _read(hops.pop())) is not None:
        address = str(told)
    return address


def _is_within(address: str, proxies: Sequence[Network]) -> bool:
    read = _read(address)
    return read is not None and any(read in network for network in proxies)


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
