"""Wakes the threads that take workflows from the queues: the database tells when a queue has something for them.

Without this each queue would have to be looked at many times a second, in every worker, for as long as nothing happens.
"""

import asyncio
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from dbos import DBOS, Queue
from dbos._queue import queue_worker_thread

from callout.kit.events.notices import Notices

CHANNEL: Final = "callout_queues"
_LISTEN_AGAIN_S: Final = 60.0
_AT_MOST_EVERY_S: Final = 0.02
_SECOND_LOOK_S: Final = 0.1
_JOIN_S: Final = 10.0

TELL: Final = (
    """
    CREATE OR REPLACE FUNCTION dbos.callout_tell_queue() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.status = 'ENQUEUED' OR EXISTS (
            SELECT 1 FROM dbos.queues
            WHERE name = NEW.queue_name AND (concurrency IS NOT NULL OR worker_concurrency IS NOT NULL)
        ) THEN
            PERFORM pg_notify('callout_queues', NEW.queue_name);
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER callout_queue_filled AFTER INSERT ON dbos.workflow_status FOR EACH ROW
    WHEN (NEW.queue_name IS NOT NULL AND NEW.status = 'ENQUEUED') EXECUTE FUNCTION dbos.callout_tell_queue()
    """,
    """
    CREATE OR REPLACE TRIGGER callout_queue_moved AFTER UPDATE OF status ON dbos.workflow_status FOR EACH ROW
    WHEN (NEW.queue_name IS NOT NULL AND NEW.status IS DISTINCT FROM OLD.status AND NEW.status <> 'PENDING')
    EXECUTE FUNCTION dbos.callout_tell_queue()
    """,
)
"""Statements that have the database tell: of every workflow that waits in a queue, however it came to wait, and of a
place that became free in a queue with few of them."""


class Bell(threading.Event):
    """What DBOS takes for its sign to stop: set it ends the thread, rung it has the thread look at its queue now."""

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()
        self._looks_again = False
        self._looked_at = 0.0

    def ring(self) -> None:
        """There is something to do."""
        self._rung.set()

    def set(self) -> None:
        """There is nothing to do any more."""
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for a ring, the end, or the time to be up; True when it is the end.

        After a ring there is a second look a moment later: the place of a workflow that has just ended becomes free
        only then, and another worker may have kept the queue locked.
        """
        was_rung = self._rung.wait(_SECOND_LOOK_S if self._looks_again else timeout)
        if was_rung and not self.is_set():
            super().wait(max(0.0, self._looked_at + _AT_MOST_EVERY_S - time.monotonic()))
        self._rung.clear()
        self._looks_again = was_rung
        self._looked_at = time.monotonic()
        return self.is_set()


class Bells:
    """The queues one worker takes from: a thread and a bell for each."""

    def __init__(self, url: str) -> None:
        """Takes the URL of the database; nothing runs yet."""
        self._notices = Notices(url)
        self._bells: dict[str, Bell] = {}
        self._threads: list[threading.Thread] = []
        self._listener: asyncio.Task[None] | None = None

    def start(self, engine: DBOS, queues: Collection[Queue]) -> None:
        """Begins to take from these queues of a launched engine, and to listen for them."""
        for queue in queues:
            self._bells[queue.name] = bell = Bell()
            thread = threading.Thread(
                target=queue_worker_thread, args=(bell, engine, queue), name=f"queue-{queue.name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        self._listener = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Takes nothing more."""
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        for bell in self._bells.values():
            bell.set()
        await asyncio.to_thread(self._join)

    def _join(self) -> None:
        until = time.monotonic() + _JOIN_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    async def _listen(self) -> None:
        async for heard in self._notices.listen(CHANNEL, None, every_s=_LISTEN_AGAIN_S):
            for name in self._bells if heard is None else heard & self._bells.keys():
                self._bells[name].ring()
