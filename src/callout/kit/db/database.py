"""The engine and the two ways into it: as a principal, or to find out who somebody is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

from callout.kit.clock import Clock, SystemClock
from callout.kit.db.base import Row, TenantRow
from callout.kit.db.outage import connect
from callout.kit.db.work import Jobs, Work
from callout.kit.events.bus import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal

TENANT_SETTING = "callout.tenant"
ALL_TENANTS = "*"
_ENTER = text("SELECT set_config(:name, :tenant, true) AS tenant, clock_timestamp() AS now")
SNAPSHOT_STATEMENT_MS = 600_000
"""How long one statement of a snapshot may take: it may have to sort everything there is."""


class Database:
    """One pool of connections, bound to the event loop that first uses it."""

    def __init__(
        self,
        url: str,
        *,
        bus: Bus,
        jobs: Jobs,
        clock: Clock | None = None,
        pool_size: int = 10,
        max_overflow: int = 10,
        connect_timeout_s: float = 30,
        statement_timeout_ms: int = 30_000,
    ) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_pre_ping=True,
            pool_timeout=connect_timeout_s,
            json_deserializer=msgspec.json.decode,
            connect_args={
                "async_creator_fn": connect,
                "timeout": connect_timeout_s,
                "server_settings": {"statement_timeout": str(statement_timeout_ms), "application_name": "callout"},
            },
        )
        self.bus = bus
        self.jobs = jobs
        self.clock = clock or SystemClock()
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)

    def open(self, principal: Principal, now: datetime | None = None) -> Work:
        """A unit of work that connects at its first statement; the caller commits or rolls back and closes.

        Unless a time is given it is the database's: of many processes whose clocks differ, all agree on one time.
        """
        session = self._sessions()
        if now is None:
            session.info["clock"] = self.clock
        work = Work(session, principal, now or self.clock.now(), self.bus, self.jobs)
        work.afresh = lambda: self.open(principal)
        return work

    @asynccontextmanager
    async def transaction(self, principal: Principal, now: datetime | None = None) -> AsyncIterator[Work]:
        """One transaction of one principal, committed at the end of the block; its time is the database's."""
        work = self.open(principal, now)
        try:
            await work.session.connection()
            yield work
            await work.commit()
        except BaseException:
            await work.rollback()
            raise
        finally:
            await work.session.close()

    @asynccontextmanager
    async def snapshot(self, principal: Principal) -> AsyncIterator[Work]:
        """A unit of work that only reads, however long, and sees the database as it is at its first statement."""
        work = self.open(principal)
        try:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            await work.session.connection(execution_options=options)
            await work.session.execute(text(f"SET LOCAL statement_timeout = {SNAPSHOT_STATEMENT_MS}"))
            yield work
        finally:
            await work.rollback()
            await work.session.close()

    @asynccontextmanager
    async def lookup(self) -> AsyncIterator[Work]:
        """A unit of work that sees every tenant.

        Only for finding out who somebody is (sign-in by e-mail, token to tenant) and for enumerating tenants; work for
        a tenant is done in a transaction of that tenant.
        """
        work = self.open(Principal(role="lookup"))
        work.session.info["all_tenants"] = True
        try:
            yield work
            await work.session.commit()
        except BaseException:
            await work.session.rollback()
            raise
        finally:
            await work.session.close()

    async def ping(self) -> None:
        """Raises when the database cannot be reached."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


@event.listens_for(Session, "after_begin")
def _enter_tenant(session: Session, transaction: Any, connection: Any) -> None:
    work: Work | None = session.info.get("work")
    if work is None or transaction.nested or connection.dialect.name != "postgresql":
        return
    if session.info.get("all_tenants"):
        tenant = ALL_TENANTS
    else:
        tenant = str(work.principal.tenant_id) if work.principal.tenant_id else ""
    entered = connection.execute(_ENTER, {"name": TENANT_SETTING, "tenant": tenant}).one()
    clock: Clock | None = session.info.pop("clock", None)
    if clock is not None:
        work.now = entered.now + clock.offset


@event.listens_for(Session, "before_flush")
def _sign_rows(session: Session, _context: Any, _instances: Any) -> None:
    work: Work | None = session.info.get("work")
    if work is None:
        return
    for row in session.new:
        if isinstance(row, Row):
            row.id = row.id or uuid7()  # known beforehand, many rows are written at once without asking back
            row.created_at = row.created_at or work.now
            row.updated_at = row.updated_at or work.now
        if isinstance(row, TenantRow):
            row.tenant_id = row.tenant_id or work.tenant_id
            row.created_by = row.created_by or work.principal.actor_id
            row.created_by_role = row.created_by_role or work.principal.role
            row.updated_by_role = row.updated_by_role or work.principal.role
    for row in session.dirty:
        if isinstance(row, Row) and session.is_modified(row):
            row.updated_at = work.now
            if isinstance(row, TenantRow):
                row.updated_by_role = work.principal.role
