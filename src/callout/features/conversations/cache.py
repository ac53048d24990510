"""Conversations kept in memory: finished views by version, and what is being said right now.

Losing it loses nothing: a view is used only while its version is the stored one, and unfinished turns are replaced by
final ones.
"""

import sys
from collections import OrderedDict, defaultdict
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import msgspec

Key = tuple[UUID, UUID]


class Entry(msgspec.Struct, kw_only=True):
    """One conversation: its view at a version, and unfinished turns by their id."""

    expires_at: datetime
    version: int | None = None
    view: dict[str, Any] | None = None
    partial: dict[str, dict[str, Any]] = {}
    bytes: int = 0


class CacheStats(msgspec.Struct, frozen=True, kw_only=True):
    """How full the cache is and how well it serves one tenant."""

    entries: int
    bytes: int
    hits: int
    misses: int
    hit_rate: float | None
    active: int
    pending: int
    failed: int
    backend: str = "memory"


class MemoryCache:
    """The cache of one process, bounded; the least recently used go first."""

    MAX_ENTRIES: ClassVar[int] = 5000
    MAX_BYTES: ClassVar[int] = 64 * 1024 * 1024

    def __init__(self) -> None:
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._bytes = 0
        self._hits: defaultdict[UUID, int] = defaultdict(int)
        self._misses: defaultdict[UUID, int] = defaultdict(int)

    def view(self, tenant_id: UUID, conversation_id: UUID, version: int, now: datetime) -> dict[str, Any] | None:
        """The view kept for exactly this version; counts a hit or a miss."""
        entry = self._live(tenant_id, conversation_id, now)
        if entry is not None and entry.version == version and entry.view is not None:
            self._hits[tenant_id] += 1
            return entry.view
        self._misses[tenant_id] += 1
        return None

    def keep_view(
        self, tenant_id: UUID, conversation_id: UUID, version: int, view: dict[str, Any], *, until: datetime
    ) -> None:
        """Keeps the view of one version."""
        entry = self._entry(tenant_id, conversation_id, until)
        entry.version, entry.view = version, view
        self._weigh(entry)

    def hear(
        self, tenant_id: UUID, conversation_id: UUID, turn_id: str, turn: dict[str, Any], *, until: datetime
    ) -> None:
        """Keeps a turn that is not final; the next word under the same id replaces it."""
        entry = self._entry(tenant_id, conversation_id, until)
        entry.partial = {**entry.partial, turn_id: turn}
        self._weigh(entry)

    def partial_turns(self, tenant_id: UUID, conversation_id: UUID, now: datetime) -> list[dict[str, Any]]:
        """The turns being said right now, in the order they began."""
        entry = self._live(tenant_id, conversation_id, now)
        return list(entry.partial.values()) if entry else []

    def settle(self, tenant_id: UUID, conversation_id: UUID, turn_ids: set[str]) -> None:
        """Forgets unfinished turns that are final now."""
        entry = self._entries.get((tenant_id, conversation_id))
        if entry is not None and entry.partial.keys() & turn_ids:
            entry.partial = {key: turn for key, turn in entry.partial.items() if key not in turn_ids}
            self._weigh(entry)

    def drop(self, tenant_id: UUID, conversation_id: UUID) -> None:
        """Forgets one conversation."""
        entry = self._entries.pop((tenant_id, conversation_id), None)
        if entry is not None:
            self._bytes -= entry.bytes

    def clear(self, tenant_id: UUID) -> None:
        """Forgets every conversation of a tenant."""
        for owner, conversation_id in [key for key in self._entries if key[0] == tenant_id]:
            self.drop(owner, conversation_id)

    def stats(self, tenant_id: UUID, now: datetime) -> CacheStats:
        """Figures of one tenant."""
        entries = [entry for key, entry in self._entries.items() if key[0] == tenant_id and entry.expires_at > now]
        hits, misses = self._hits[tenant_id], self._misses[tenant_id]
        states = [entry.view["status"] for entry in entries if entry.view]
        return CacheStats(
            entries=len(entries),
            bytes=sum(entry.bytes for entry in entries),
            hits=hits,
            misses=misses,
            hit_rate=hits / (hits + misses) if hits + misses else None,
            active=sum(1 for entry in entries if entry.partial or (entry.view and entry.view["status"] == "active")),
            pending=states.count("processing"),
            failed=states.count("failed"),
        )

    def _live(self, tenant_id: UUID, conversation_id: UUID, now: datetime) -> Entry | None:
        entry = self._entries.get((tenant_id, conversation_id))
        if entry is None:
            return None
        if entry.expires_at <= now:
            self.drop(tenant_id, conversation_id)
            return None
        self._entries.move_to_end((tenant_id, conversation_id))
        return entry

    def _entry(self, tenant_id: UUID, conversation_id: UUID, until: datetime) -> Entry:
        key = (tenant_id, conversation_id)
        entry = self._entries.setdefault(key, Entry(expires_at=until))
        entry.expires_at = until
        self._entries.move_to_end(key)
        return entry

    def _weigh(self, entry: Entry) -> None:
        weight = len(msgspec.json.encode([entry.view, entry.partial])) + sys.getsizeof(entry)
        self._bytes += weight - entry.bytes
        entry.bytes = weight
        while len(self._entries) > 1 and (len(self._entries) > self.MAX_ENTRIES or self._bytes > self.MAX_BYTES):
            _, oldest = self._entries.popitem(last=False)
            self._bytes -= oldest.bytes


def kept_until(now: datetime, ttl_h: int) -> datetime:
    """When an entry kept now is forgotten."""
    return now + timedelta(hours=ttl_h)
