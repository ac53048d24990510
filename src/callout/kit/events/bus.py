"""Bindings from events to what follows from them, made in one visible table by the composition root."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from callout.kit.events.event import Event

if TYPE_CHECKING:
    from callout.kit.db.work import Work

type_of_event = type[Event]
Reaction = Callable[["Work", Any], Awaitable[None]]


class Bus:
    """Knows which use cases follow from which event.

    A reaction runs inside the publishing transaction, in the order bound: it either becomes true together with the
    fact, or the fact does not become true. Anything slow, or allowed to fail, is a workflow that the reaction enqueues.
    """

    def __init__(self) -> None:
        self._reactions: dict[type_of_event, list[Reaction]] = defaultdict(list)

    def on(self, event: type_of_event, *reactions: Reaction) -> None:
        """Binds reactions to an event, after those already bound."""
        self._reactions[event].extend(reactions)

    def reactions(self, event: Event) -> list[Reaction]:
        """The reactions bound to this event, in order."""
        return self._reactions.get(type(event), [])

    def table(self) -> dict[str, list[str]]:
        """Event type → names of what follows; for the documentation."""
        return {
            event.type: [getattr(reaction, "__qualname__", repr(reaction)) for reaction in reactions]
            for event, reactions in self._reactions.items()
        }
