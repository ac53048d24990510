"""Rate limits counted in the shared database, identical over replicas."""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base
from callout.kit.db.database import Database
from callout.kit.db.types import Str
from callout.kit.errors import TooMany
from callout.kit.observe.logs import logger

SYNC_EVERY = 25
SYNC_AFTER_S = 2.0
KEY_LENGTH = 200
_log = logger(__name__)


class RateCount(Base):
    """How often a key was used in one window."""

    __tablename__ = "rate_counts"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(Str(KEY_LENGTH), primary_key=True)
    window: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    used: Mapped[int]


@dataclass(slots=True)
class Standing:
    """Where a key stands in its window."""

    limit: int
    used: int
    reset_s: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """RateLimit-* response headers."""
        values = {"limit": self.limit, "remaining": max(0, self.limit - self.used), "reset": self.reset_s}
        return [(f"ratelimit-{name}".encode(), str(value).encode()) for name, value in values.items()]


@dataclass(slots=True)
class _Local:
    window: int
    shared: int = 0
    unsent: int = 0
    sent_at: float = field(default_factory=time.monotonic)


class RateLimits:
    """Fixed windows per key. `hit` counts exactly; `touch` counts with little delay and without waiting."""

    def __init__(self, database: Database, *, factor: float = 1.0) -> None:
        """`factor` scales every limit; load tests raise it."""
        self._database = database
        self._factor = factor
        self._local: dict[str, _Local] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def hit(self, name: str, key: str, *, limit: int, window_s: int) -> Standing:
        """Counts one use in a transaction of its own and refuses (429) beyond the limit."""
        window, reset_s = self._window(window_s)
        used = await self._add(f"{name}:{key}", window, 1)
        return self._judge(Standing(self._scaled(limit), used, reset_s))

    def touch(self, key: str, *, limit: int, window_s: int) -> Standing:
        """Counts one use in memory, shared with the other replicas every few uses; refuses beyond the limit."""
        window, reset_s = self._window(window_s)
        local = self._local.get(key)
        if local is None or local.window != window:
            local = self._local[key] = _Local(window)
            self._forget_old(window)
        local.unsent += 1
        if local.unsent >= SYNC_EVERY or time.monotonic() - local.sent_at > SYNC_AFTER_S:
            self._share(key, local)
        return self._judge(Standing(self._scaled(limit), local.shared + local.unsent, reset_s))

    async def prune(self) -> None:
        """Deletes the counts of windows that are over."""
        horizon = self._now() - 86_400
        async with self._database.lookup() as work:
            await work.session.execute(delete(RateCount).where(RateCount.window < horizon))

    def _scaled(self, limit: int) -> int:
        return max(1, int(limit * self._factor))

    def _now(self) -> int:
        return int(self._database.clock.now().timestamp())

    def _window(self, window_s: int) -> tuple[int, int]:
        now = self._now()
        start = now - now % window_s
        return start, start + window_s - now

    @staticmethod
    def _judge(standing: Standing) -> Standing:
        if standing.used > standing.limit:
            raise TooMany(
                f"Too many requests. Try again in {standing.reset_s} seconds.",
                retry_after_s=standing.reset_s,
                headers={name.decode(): value.decode() for name, value in standing.headers},
            )
        return standing

    def _share(self, key: str, local: _Local) -> None:
        amount, local.unsent, local.sent_at = local.unsent, 0, time.monotonic()
        local.shared += amount
        task = asyncio.create_task(self._sync(key, local, amount))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sync(self, key: str, local: _Local, amount: int) -> None:
        try:
            total = await self._add(key, local.window, amount)
        except Exception as error:  # noqa: BLE001 - counted here, told the others next time
            _log.warning("rate_count_not_shared", reason=type(error).__name__)
            local.shared, local.unsent = local.shared - amount, local.unsent + amount
        else:
            local.shared = max(local.shared, total)

    async def _add(self, key: str, window: int, amount: int) -> int:
        if len(key) > KEY_LENGTH:
            key = hashlib.sha256(key.encode()).hexdigest()
        table: Any = RateCount
        statement = (
            insert(table)
            .values(key=key, window=window, used=amount)
            .on_conflict_do_update(index_elements=["key", "window"], set_={"used": table.used + amount})
            .returning(table.used)
        )
        async with self._database.lookup() as work:
            return int((await work.session.execute(statement)).scalar_one())

    def _forget_old(self, window: int) -> None:
        if len(self._local) > 10_000:
            self._local = {key: local for key, local in self._local.items() if local.window == window}
