"""Which drafts are the same business: by place, else by phone, else by being the same row. Pure.

Decides in the order in which the drafts were told, as if each were stored before the next is looked at
(product specification §6.1).
"""

from collections.abc import Iterable, Sequence

import msgspec


class Identity(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a draft is recognised by; `id` is the business it becomes when it is a new one."""

    seq: int
    id: str
    place_id: str | None
    phone: str | None
    dedupe_key: str


class Stored(msgspec.Struct, frozen=True, gc=False):
    """A stored business that may be told again.

    Attributes:
        root: the business that stands for it: itself, or the one it was merged into.
        root_place_id, root_phone: the place and phone of that one.
    """

    id: str
    place_id: str | None
    phone: str | None
    dedupe_key: str
    root: str
    root_place_id: str | None
    root_phone: str | None


class Assigned(msgspec.Struct, frozen=True, gc=False):
    """A draft that is not simply a new business of its own.

    Attributes:
        same: whether it tells the very place of the target; else it is another listing, which only fills gaps.
        is_known: whether the target is stored already.
    """

    seq: int
    target: str
    same: bool
    is_known: bool


class Recognised(msgspec.Struct, frozen=True):
    """What became of a batch.

    Attributes:
        new: businesses to be added.
        assigned: the drafts that share a business; those not named are new businesses of their own.
        cut: the first draft not taken because there was no room for another business; None when all were taken.
    """

    new: int
    assigned: list[Assigned]
    cut: int | None = None


class _One:
    """A business as it grows while drafts are met."""

    __slots__ = ("dedupe_key", "first", "id", "phone", "place_id")

    def __init__(self, row_id: str, place_id: str | None, phone: str | None, key: str, first: int | None) -> None:
        self.id, self.place_id, self.phone, self.dedupe_key = row_id, place_id, phone, key
        self.first = first
        """The draft it is new by; None when it is stored, or when that draft is among the assigned already."""


def recognise(drafts: Sequence[Identity], stored: Sequence[Stored], *, room: int | None = None) -> Recognised:
    """Assigns each draft to a business.

    Args:
        drafts: in the order they are told; `seq` rises.
        stored: every stored business that shares a place, phone or key with one of them, oldest first.
        room: how many new businesses may be added; None without a limit.
    """
    known = _Known()
    stored_ids = set()
    for row in stored:
        stored_ids.add(row.root)
        known.store(row)
    looked_at = drafts if room is not None and room < len(drafts) else _not_alone(drafts, stored)
    new = len(drafts) - len(looked_at)
    assigned: list[Assigned] = []
    for draft in looked_at:
        one = known.match(draft)
        if one is None:
            if room is not None and new >= room:
                return Recognised(new, assigned, draft.seq)
            new += 1
            one = _One(draft.id, draft.place_id, draft.phone, draft.dedupe_key, draft.seq)
        else:
            if one.first is not None:
                assigned.append(Assigned(one.first, one.id, same=True, is_known=False))
                one.first = None
            same = draft.place_id is not None and draft.place_id == one.place_id
            assigned.append(Assigned(draft.seq, one.id, same=same, is_known=one.id in stored_ids))
            one.place_id = one.place_id or draft.place_id
            if draft.phone and (same or one.phone is None):
                one.phone = draft.phone
        known.add(one)
    return Recognised(new, assigned)


def _not_alone(drafts: Sequence[Identity], stored: Sequence[Stored]) -> list[Identity]:
    """Drafts that share a place, phone or key with another one or with a stored business; most share nothing."""
    places = _repeated(draft.place_id for draft in drafts)
    phones = _repeated(draft.phone for draft in drafts)
    keys = _repeated(draft.dedupe_key for draft in drafts)
    for row in stored:
        places |= {row.place_id, row.root_place_id}
        phones |= {row.phone, row.root_phone}
        keys.add(row.dedupe_key)
    places -= {None}
    phones -= {None}
    return [draft for draft in drafts if draft.place_id in places or draft.phone in phones or draft.dedupe_key in keys]


def _repeated(values: Iterable[str | None]) -> set[str | None]:
    """Values that come more than once."""
    seen: set[str | None] = set()
    return {value for value in values if value in seen or seen.add(value)}  # type: ignore[func-returns-value]


class _Known:
    """Businesses by what identifies them; the one known longest wins."""

    def __init__(self) -> None:
        self._places: dict[str, _One] = {}
        self._phones: dict[str, _One] = {}
        self._keys: dict[str, _One] = {}
        self._roots: dict[str, _One] = {}

    def store(self, row: Stored) -> None:
        one = self._roots.get(row.root)
        if one is None:
            one = self._roots[row.root] = _One(row.root, row.root_place_id, row.root_phone, row.dedupe_key, None)
        self._name(one, row.place_id, row.phone, row.dedupe_key)

    def add(self, one: _One) -> None:
        self._name(one, one.place_id, one.phone, one.dedupe_key)

    def _name(self, one: _One, place_id: str | None, phone: str | None, key: str) -> None:
        self._keys.setdefault(key, one)
        if place_id:
            self._places.setdefault(place_id, one)
        if phone:
            self._phones.setdefault(phone, one)

    def match(self, draft: Identity) -> _One | None:
        if draft.place_id and (one := self._places.get(draft.place_id)):
            return one
        if draft.phone and (one := self._phones.get(draft.phone)):
            return one
        one = None if draft.place_id else self._keys.get(draft.dedupe_key)
        return None if one is None or (one.phone and draft.phone) else one
