"""The unit of work: one transaction of one principal, with the events and jobs it leaves behind."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from callout.kit.errors import Forbidden
from callout.kit.events.bus import Bus
from callout.kit.events.event import Event
from callout.kit.events.log import append
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)


class Jobs(Protocol):
    """Starts and wakes durable workflows inside a transaction somebody else commits."""

    def enqueue_in(
        self, session: Session, workflow: str, args: tuple[Any, ...], *, key: str, queue: str, delay_s: float
    ) -> None: ...

    def signal_in(self, session: Session, key: str, message: Any, topic: str) -> None: ...


class Work:
    """What a use case gets: the session, who acts, when, and ways to say what follows.

    One request or workflow step is one unit of work. The kit opens and commits it; use cases never do.

    Attributes:
        now: when it happens; from the first statement on the database's time, else the process's.
    """

    def __init__(self, session: AsyncSession, principal: Principal, now: datetime, bus: Bus, jobs: Jobs) -> None:
        self.session = session
        self.principal = principal
        self.now = now
        self._bus = bus
        self._jobs = jobs
        self._events: list[Event] = []
        self._after_commit: list[Callable[[], Awaitable[None]]] = []
        self._after_rollback: list[Callable[[Work], Awaitable[None]]] = []
        self.afresh: Callable[[], Work] | None = None
        session.info["work"] = self

    @property
    def tenant_id(self) -> UUID:
        """The tenant of the principal."""
        if self.principal.tenant_id is None:
            raise Forbidden("This needs a tenant.")
        return self.principal.tenant_id

    async def publish(self, event: Event) -> None:
        """Records a fact: stored at commit, and everything bound to it happens now, in this transaction."""
        await self.publish_all([event])

    async def publish_all(self, events: Sequence[Event]) -> None:
        """Records facts of one type that became true together; see `publish`."""
        self._events += events
        await self._bus.react(self, events)

    async def enqueue(self, workflow: str, *args: Any, key: str, queue: str = "default", delay_s: float = 0) -> None:
        """Starts a durable workflow when this transaction commits.

        Args:
            workflow: The registered name.
            args: JSON-able arguments after the tenant id, which is always handed in first.
            key: Identity of the run: the same key is started once, ever.
            queue: The queue it waits in.
            delay_s: Seconds before it may start.
        """
        arguments = (str(self.tenant_id), *args)
        await self.session.run_sync(
            lambda session: self._jobs.enqueue_in(session, workflow, arguments, key=key, queue=queue, delay_s=delay_s)
        )

    async def signal(self, key: str, message: Any, topic: str) -> None:
        """Wakes the workflow with this key when this transaction commits; a finished or unknown one is left alone."""
        await self.session.run_sync(lambda session: self._jobs.signal_in(session, key, message, topic))

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Runs something after the commit that may be lost without harm, such as dropping a cache entry."""
        self._after_commit.append(action)

    def after_rollback(self, action: Callable[["Work"], Awaitable[None]]) -> None:
        """Does something in a transaction of its own once this one was undone, such as counting a refusal.

        It begins when the connection of this one is free again, happens once at most, and may be lost without harm.
        """
        self._after_rollback.append(action)

    @asynccontextmanager
    async def nested(self) -> AsyncIterator[None]:
        """A part that may fail alone: on an error its rows, jobs, events and after-commit actions are all undone."""
        events, actions = len(self._events), len(self._after_commit)
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            del self._events[events:]
            del self._after_commit[actions:]
            raise

    async def commit(self) -> None:
        """Writes the events last and commits; called by the kit only."""
        if self._events:
            await self.session.flush()
            await append(self.session, self.tenant_id, self._events, actor_role=self.principal.role, now=self.now)
            self._events = []
        await self.session.commit()
        actions, self._after_commit = self._after_commit, []
        for action in actions:
            try:
                await action()
            except Exception as error:  # noqa: BLE001 - what is committed stays; the action may be lost
                _log.warning("after_commit_failed", exc_info=error)

    async def rollback(self) -> None:
        """Undoes everything; called by the kit only."""
        self._events = []
        self._after_commit = []
        actions, self._after_rollback = self._after_rollback, []
        await self.session.rollback()
        for action in actions if self.afresh else ():
            await self._in_another(action)

    async def _in_another(self, action: Callable[["Work"], Awaitable[None]]) -> None:
        if self.afresh is None:
            return
        work = self.afresh()
        try:
            await action(work)
            await work.commit()
        except Exception as error:  # noqa: BLE001 - what was undone stays undone; the action may be lost
            await work.rollback()
            _log.warning("after_rollback_failed", exc_info=error)
        finally:
            await work.session.close()
