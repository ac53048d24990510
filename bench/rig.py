"""What the benches of dispatch stand on: a throw-away PostgreSQL with the schema, a tenant, and figures told alike."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any
from uuid import UUID

from sqlalchemy import make_url

from callout.features.accounts.tables import Tenant
from callout.kit.clock import OffsetClock
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.workflows import DbosJobs
from callout.run import embedded_postgres
from callout.run.migrate import migrate

WORKDAY_NOON = 18
"""Hour (UTC) at which vendors of the generated tenants are at work."""


@dataclass
class Rig:
    """A database as services see it, and the server behind it."""

    server: embedded_postgres.EmbeddedPostgres
    database: Database
    bus: Bus

    @property
    def all_powerful(self) -> str:
        """URL of the role that passes over row-level security."""
        return self.server.url(embedded_postgres.SUPERUSER)

    async def tenant(self, **changes: Any) -> UUID:
        """Founds a tenant that is always open."""
        tenant_id = uuid7()
        row = {
            "id": tenant_id, "name": "Bench", "slug": tenant_id.hex[-20:], "country": "US", "timezone": "UTC",
            "currency": "USD", "email": "bench@bench.example", "business_hours": {}, "app_id": tenant_id.hex[-24:],
            "status": "active", "plan_code": "self_hosted", "webhook_token": tenant_id.hex,
        }  # fmt: skip
        async with self.database.lookup() as work:
            work.session.add(Tenant(**(row | changes)))
        return tenant_id


@asynccontextmanager
async def rig(*, pool_size: int = 4) -> AsyncIterator[Rig]:
    """Everything up; the clock shows the next Wednesday at noon in Chicago."""
    with embedded_postgres.throw_away() as server:
        migrate(server.url_owner, app_role=embedded_postgres.APP_ROLE)
        jobs, bus, clock = DbosJobs(server.url_app), Bus(), OffsetClock()
        clock.advance(_next_workday(datetime.now(UTC)) - datetime.now(UTC))
        url = make_url(server.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        database = Database(url, bus=bus, jobs=jobs, clock=clock, pool_size=pool_size)
        gc.collect()
        gc.freeze()  # as services do once they have started
        try:
            yield Rig(server, database, bus)
        finally:
            await database.close()
            jobs.close()


class Processors:
    """Processor time of processes by name, that of their children included."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = pids
        self._begun = self._seconds()

    def begin(self) -> None:
        """From now on counts."""
        self._begun = self._seconds()

    def per_round(self, rounds: int) -> str:
        """Milliseconds that each took in a round, since the beginning."""
        now = self._seconds()
        each = ", ".join(f"{name} {(now[name] - self._begun[name]) * 1000 / rounds:.1f}" for name in now)
        return f"processor ms a round: {each}"

    def _seconds(self) -> dict[str, float]:
        ticks: Counter[int] = Counter()
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # ended meanwhile
                parent, *_, own, system, ended, ended_system = stat.read_text().rpartition(")")[2].split()[1:15]
                spent = int(own) + int(system) + int(ended) + int(ended_system)
                ticks[int(stat.parent.name)] += spent
                ticks[int(parent)] += spent
        return {name: ticks[pid] / os.sysconf("SC_CLK_TCK") for name, pid in self._pids.items()}


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile with linear interpolation between the closest ranks."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def spread(seconds: Sequence[float]) -> str:
    """p50 and p99 in milliseconds, eight columns each."""
    return f"{percentile(seconds, 50) * 1000:>8.1f}{percentile(seconds, 99) * 1000:>8.1f}"


def load() -> str:
    """How busy the machine is besides: load averages of 1, 5 and 15 minutes, and its processors."""
    return f"load average {' '.join(f'{one:.1f}' for one in os.getloadavg())} on {os.cpu_count()} processors"


def _next_workday(now: datetime) -> datetime:
    wednesday = now + timedelta(days=(2 - now.weekday()) % 7 or 7)
    return wednesday.replace(hour=WORKDAY_NOON, minute=0, second=0, microsecond=0)
