"""Which addresses are public. Pure.

Source: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), RFC 6052 (NAT64), and addresses cloud
providers answer their own machines on.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 is a metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's own services, on a public address
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the usual metadata service
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
GLOBAL_UNICAST_V6: Final = IPv6Network("2000::/3")
"""All that is given out of IPv6; mapped, translated, unique local, link-local and multicast forms lie outside."""
NOT_PUBLIC_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "3fff::/20",  # documentation
    )
)
NAT64: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a network without IPv4 sees them; as public as the one inside."""


def refusal(address: str, also: Iterable[Network] = ()) -> str | None:
    """Why an address is not gone to; None for a public one.

    Args:
        address: IPv4 in four decimal parts, or IPv6 without a zone.
        also: further networks that are ours.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return f"{address} is not an address"
    if isinstance(parsed, IPv6Address):
        if parsed.scope_id is not None:
            return f"{address} belongs to one link"
        if parsed in NAT64:
            inside = IPv4Address(int(parsed) & 0xFFFFFFFF)
            return refusal(str(inside), also)
    if any(parsed.version == network.version and parsed in network for network in also):
        return f"{address} is in our own network"
    return None if _is_public(parsed) else f"{address} is not a public address"


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    return address in GLOBAL_UNICAST_V6 and not any(address in network for network in NOT_PUBLIC_V6)
