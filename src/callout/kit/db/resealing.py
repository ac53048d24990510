"""Sealing stored values anew with the newest key, while the product goes on working."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from callout.kit.db.work import Work


@dataclass(slots=True)
class Tally:
    """What one run found, in sealed values.

    Attributes:
        by_key: values by the id of the key that sealed them, before the run.
        resealed: sealed anew.
        unreadable: what no key opens, in words for a person.
    """

    by_key: Counter[str] = field(default_factory=Counter)
    resealed: int = 0
    unreadable: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Takes over what another run found."""
        self.by_key.update(other.by_key)
        self.resealed += other.resealed
        self.unreadable += other.unreadable


class Page(NamedTuple):
    """What one batch came to; `last` is where the next one goes on, None at the end."""

    tally: Tally
    last: UUID | None


Resealing = Callable[[Work, UUID | None], Awaitable[Page]]
"""Looks through one batch of a tenant's rows after an id, and seals anew what is not current.

A row that changes meanwhile is left alone: what changed it sealed it with the newest key, or the next run finds it.
"""
