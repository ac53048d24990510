"""Which events there are, and which an endpoint wants."""

from collections.abc import Sequence

from callout.kit.events import Event

EVERYTHING = "*"
TEST = "webhook.test"


def known_types() -> frozenset[str]:
    """The types of all events of the product."""
    found: set[str] = set()
    waiting: list[type[Event]] = [Event]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if name := getattr(kind, "type", None):
            found.add(str(name))
    return frozenset(found)


def is_known(name: str) -> bool:
    """Whether a name, `noun.*` or `*` can be chosen."""
    types = known_types()
    if name == EVERYTHING or name in types:
        return True
    return name.endswith(".*") and any(one.startswith(name[:-1]) for one in types)


def wants(chosen: Sequence[str], name: str) -> bool:
    """Whether an endpoint with these names is told of an event."""
    return EVERYTHING in chosen or name in chosen or f"{name.partition('.')[0]}.*" in chosen
