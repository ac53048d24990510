"""Remembers whose credential is whose for half a minute, so that a request costs no signature check and no query."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from callout.kit.principal import Principal

FRESH_FOR = timedelta(seconds=30)
SIZE = 20_000


class _Entry(NamedTuple):
    principal: Principal
    until: datetime


class PrincipalCache:
    """Principals by the hash of their credential; revocations reach other processes when an entry grows stale."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def find(self, credential_hash: str, now: datetime) -> Principal | None:
        """The principal recognised within the last half minute, if its credential has not expired."""
        entry = self._entries.get(credential_hash)
        if entry is None or entry.until <= now or entry.until - now > FRESH_FOR:
            return None
        return entry.principal

    def keep(self, credential_hash: str, principal: Principal, now: datetime, expires_at: datetime | None) -> None:
        """Remembers a principal until its credential expires, at most half a minute."""
        until = now + FRESH_FOR
        self._entries[credential_hash] = _Entry(principal, min(until, expires_at) if expires_at else until)
        self._entries.move_to_end(credential_hash)
        while len(self._entries) > SIZE:
            self._entries.popitem(last=False)

    def forget(self, is_affected: Callable[[Principal], bool]) -> None:
        """Drops principals at once, such as those of an ended session."""
        for key in [key for key, entry in self._entries.items() if is_affected(entry.principal)]:
            del self._entries[key]
