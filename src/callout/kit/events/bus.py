"""Bindings from events to what follows from them, made in one visible table by the composition root."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from callout.kit.events.event import Event

if TYPE_CHECKING:
    from callout.kit.db.work import Work

type_of_event = type[Event]
Reaction = Callable[["Work", Any], Awaitable[None]]
ReactionToMany = Callable[["Work", Sequence[Any]], Awaitable[None]]


class _Bound(NamedTuple):
    reaction: Callable[..., Awaitable[None]]
    takes_many: bool


class Bus:
    """Knows which use cases follow from which event.

    A reaction runs inside the publishing transaction, in the order bound: it either becomes true together with the
    fact, or the fact does not become true. Anything slow, or allowed to fail, is a workflow that the reaction enqueues.
    """

    def __init__(self) -> None:
        self._reactions: dict[type_of_event, list[_Bound]] = defaultdict(list)

    def on(self, event: type_of_event, *reactions: Reaction) -> None:
        """Binds reactions to an event, after those already bound."""
        self._reactions[event] += [_Bound(reaction, takes_many=False) for reaction in reactions]

    def on_many(self, event: type_of_event, *reactions: ReactionToMany) -> None:
        """Binds reactions that take all events published together at once, so that they need not ask for each."""
        self._reactions[event] += [_Bound(reaction, takes_many=True) for reaction in reactions]

    async def react(self, work: "Work", events: Sequence[Event]) -> None:
        """Lets everything bound to events of one type happen, in order."""
        if not events:
            return
        for reaction, takes_many in self._reactions.get(type(events[0]), ()):
            if takes_many:
                await reaction(work, events)
            else:
                for event in events:
                    await reaction(work, event)

    def table(self) -> dict[str, list[str]]:
        """Event type → names of what follows; for the documentation."""
        return {
            event.type: [getattr(one.reaction, "__qualname__", repr(one.reaction)) for one in bound]
            for event, bound in self._reactions.items()
        }
