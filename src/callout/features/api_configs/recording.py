"""Counts how providers are used: in memory first, then in one short transaction per tenant."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from callout.features.api_configs import usage_store
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.latency import edge_of
from callout.kit.db.database import Database
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

LINGER_S = 2.0
_log = logger(__name__)


@dataclass(slots=True)
class Use:
    """What one request came to; the caller fills in what it learns.

    Attributes:
        ok: False when the provider refused or failed.
        cost: in US dollars by the provider's list price.
        units: what the provider counts, such as searches or characters.
    """

    ok: bool = True
    cost: Decimal = Decimal(0)
    units: int = 0


@dataclass(slots=True)
class _Count:
    requests: int = 0
    errors: int = 0
    total_ms: int = 0
    units: int = 0
    cost: Decimal = Decimal(0)

    def add(self, other: "_Count") -> None:
        self.requests += other.requests
        self.errors += other.errors
        self.total_ms += other.total_ms
        self.units += other.units
        self.cost += other.cost


@dataclass(slots=True)
class _Tenant:
    """What one tenant used and is not stored yet."""

    counts: dict[tuple[date, str, str, str, int], _Count] = field(default_factory=dict)
    own_keys: dict[str, tuple[int, datetime]] = field(default_factory=dict)


class UsageRecorder:
    """Records uses of providers without making them wait.

    Counts are kept for two seconds and stored together. A process that is killed loses those; what a job costs is
    kept by the job itself.
    """

    def __init__(self, database: Database, *, linger_s: float = LINGER_S) -> None:
        """Takes the database counts are stored in, and how long they may wait, in seconds."""
        self._database = database
        self._linger_s = linger_s
        self._pending: dict[UUID, _Tenant] = {}
        self._timer: asyncio.Task[None] | None = None
        self._storing = asyncio.Lock()

    def record(
        self,
        tenant_id: UUID,
        key: Credential,
        operation: str,
        *,
        ms: float,
        ok: bool = True,
        cost: Decimal = Decimal(0),
        units: int = 0,
    ) -> None:
        """Counts one request.

        Args:
            tenant_id: for whom it was made.
            key: what it was made with; a use of the tenant's own key is counted on its configuration too.
            operation: what was asked, in one word: send, search, place.
            ms: how long it took, in milliseconds.
            ok: whether it brought what it should.
            cost: in US dollars by the provider's list price.
            units: what the provider counts, such as searches or characters.
        """
        now = self._database.clock.now()
        tenant = self._pending.setdefault(tenant_id, _Tenant())
        place = (now.date(), key.provider, operation[:40], key.mode, edge_of(ms))
        one = _Count(1, 0 if ok else 1, round(ms), units, cost)
        tenant.counts.setdefault(place, _Count()).add(one)
        if key.source == "tenant":
            used, _ = tenant.own_keys.get(key.provider, (0, now))
            tenant.own_keys[key.provider] = (used + 1, now)
        if self._timer is None or self._timer.done():
            self._timer = asyncio.create_task(self._later())

    @asynccontextmanager
    async def timed(self, tenant_id: UUID, key: Credential, operation: str) -> AsyncIterator[Use]:
        """Counts and times what happens inside; an exception counts as an error and is passed on."""
        use, started = Use(), time.monotonic()
        try:
            yield use
        except BaseException:
            use.ok = False
            raise
        finally:
            ms = (time.monotonic() - started) * 1000
            self.record(tenant_id, key, operation, ms=ms, ok=use.ok, cost=use.cost, units=use.units)

    async def flush(self) -> None:
        """Stores what is counted so far; what cannot be stored now is kept for the next time."""
        async with self._storing:
            pending, self._pending = self._pending, {}
            for tenant_id, tenant in pending.items():
                try:
                    await self._store(tenant_id, tenant)
                except Exception as error:  # noqa: BLE001 - kept, and stored the next time
                    _log.warning("usage_not_stored", reason=type(error).__name__)
                    self._take_back(tenant_id, tenant)

    async def close(self) -> None:
        """Stores the rest."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
        await self.flush()

    async def _later(self) -> None:
        await asyncio.sleep(self._linger_s)
        await asyncio.shield(self.flush())
        if self._pending:
            self._timer = asyncio.create_task(self._later())

    async def _store(self, tenant_id: UUID, tenant: _Tenant) -> None:
        names = ("day", "provider", "operation", "mode", "le_ms")
        rows: list[dict[str, Any]] = [
            {
                **dict(zip(names, place, strict=True)),
                "requests": count.requests,
                "errors": count.errors,
                "total_ms": count.total_ms,
                "units": count.units,
                "cost": count.cost,
            }
            for place, count in sorted(tenant.counts.items())
        ]
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            await usage_store.add_usage(work, rows)
            for provider, (count, at) in sorted(tenant.own_keys.items()):
                await usage_store.touch_config(work, provider, count, at)

    def _take_back(self, tenant_id: UUID, tenant: _Tenant) -> None:
        newer = self._pending.setdefault(tenant_id, _Tenant())
        for place, count in tenant.counts.items():
            newer.counts.setdefault(place, _Count()).add(count)
        for provider, (uses, at) in tenant.own_keys.items():
            more, later = newer.own_keys.get(provider, (0, at))
            newer.own_keys[provider] = (uses + more, max(at, later))
