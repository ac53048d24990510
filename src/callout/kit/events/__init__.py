"""Domain events: facts published in the transaction that made them true."""

from callout.kit.events.bus import Bus, Reaction
from callout.kit.events.event import Event, Published

__all__ = ["Bus", "Event", "Published", "Reaction"]
