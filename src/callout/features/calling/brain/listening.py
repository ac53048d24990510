"""Hears a growing talk turn by turn: what was heard of its beginning is kept in memory, never needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from callout.features.conversations.hearing import Heard, listen_on
from callout.features.conversations.model import CallContext, Turn

_MOST_TALKS = 256


class Ear:
    """Keeps the latest hearing of some talks; a talk it does not know is heard from its start."""

    def __init__(self) -> None:
        """Nothing heard yet."""
        self._known: OrderedDict[str, tuple[CallContext, list[Heard]]] = OrderedDict()
        self._lock = Lock()

    def hear(self, key: str, turns: Sequence[Turn], context: CallContext) -> list[Heard]:
        """What is heard in all turns; the same as `hearing.listen`.

        Args:
            key: names the talk; another talk under the same key costs time, never truth.
            turns: all turns so far.
            context: of the talk.
        """
        with self._lock:
            before = self._known.get(key)
        known = before[1] if before and (before[0] is context or before[0] == context) else ()
        heard = listen_on(known, turns, context)
        with self._lock:
            self._known[key] = (context, heard)
            self._known.move_to_end(key)
            while len(self._known) > _MOST_TALKS:
                self._known.popitem(last=False)
        return heard


EAR = Ear()
