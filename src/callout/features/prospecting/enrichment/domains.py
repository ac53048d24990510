"""Which hosts belong together. Pure."""

from urllib.parse import urlsplit

_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gv", "ne", "net", "or", "org", "nom", "ltd", "plc"})
"""Labels under which countries give out names: `example.co.uk`, `example.com.br`."""


def site_of(host: str) -> str:
    """The name somebody owns: `www.shop.example.co.uk` → `example.co.uk`.

    A rule of thumb in place of the public suffix list: at worst two businesses of one platform look like one site.
    """
    labels = host.lower().rstrip(".").split(".")
    if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def host_of(url: str) -> str:
    """The host of an address; empty when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one owner."""
    host, another = host_of(one), host_of(other)
    return bool(host) and bool(another) and site_of(host) == site_of(another)
