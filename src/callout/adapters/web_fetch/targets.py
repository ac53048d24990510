"""Which addresses of the web we go to at all, before any name is looked up. Pure."""

import re
from collections.abc import Collection
from ipaddress import ip_address

import httpx

from callout.adapters.web_fetch.errors import AddressRefused
from callout.adapters.web_fetch.networks import Network, refusal

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
_BAD = re.compile(r"[\x00-\x20\x7f\\]")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)
_HERE = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "onion", "arpa", "alt", "test", "invalid")
"""Last labels of names that mean something only inside some network (RFC 6761, RFC 6762, RFC 8375, RFC 9476)."""


def target_of(address: str, *, ports: Collection[int], also: Collection[Network] = ()) -> httpx.URL:
    """The address to fetch, without its fragment.

    Args:
        address: as it was given.
        ports: that may be gone to.
        also: further networks not to go to.

    Raises:
        AddressRefused: it is not one of ours to fetch; the message says why.
    """
    text = address.strip()
    if len(text) > LONGEST or _BAD.search(text):
        raise AddressRefused("it is too long, or has spaces or control characters in it")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise AddressRefused("it is not an address of the web") from error
    if url.scheme not in PORTS:
        raise AddressRefused("it must begin with http:// or https://")
    if url.userinfo:
        raise AddressRefused("it must not carry a user name or password")
    port = url.port or PORTS[url.scheme]
    if port not in ports:
        raise AddressRefused(f"port {port} is not one web pages are on")
    _check_host(url.raw_host.decode("ascii", "replace").lower(), also)
    return url.copy_with(fragment=None)


def _check_host(host: str, also: Collection[Network]) -> None:
    try:
        ip_address(host)
    except ValueError:
        pass
    else:
        if reason := refusal(host, also):
            raise AddressRefused(reason)
        return
    labels = host.removesuffix(".").split(".")
    if not all(labels) or ":" in host or "%" in host or not host.isascii():
        raise AddressRefused("its host name cannot be read")
    if _NUMBER.fullmatch(labels[-1]):
        # The form 127.1, 0x7f000001 or 017700000001: an address to some, a name to others (WHATWG URL, "ends in a
        # number").
        raise AddressRefused("its host is a number in an unusual form")
    if len(labels) == 1 or labels[-1] in _HERE:
        raise AddressRefused(f"{host} is a name of some inner network")
