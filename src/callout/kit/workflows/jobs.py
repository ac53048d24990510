"""Starting and waking workflows from inside a business transaction."""

from contextlib import suppress
from typing import Any

from dbos import DBOSClient
from dbos._error import DBOSNonExistentWorkflowError
from sqlalchemy.orm import Session

APPLICATION = "callout"


class DbosJobs:
    """Enqueues DBOS workflows on the caller's own connection, so that work and job commit together."""

    def __init__(self, system_database_url: str) -> None:
        self._client = DBOSClient(
            system_database_url=system_database_url,
            application_name=APPLICATION,
            lazy=True,
            system_database_pool_size=2,
        )

    def enqueue_in(
        self, session: Session, workflow: str, args: tuple[Any, ...], *, key: str, queue: str, delay_s: float
    ) -> None:
        """Enqueues in the session's transaction; a key already used is left as it is."""
        options: Any = {"queue_name": queue, "workflow_name": workflow, "workflow_id": key}
        if delay_s > 0:
            options["delay_seconds"] = delay_s
        self._client.enqueue_in_transaction(session, options, *args)

    def signal_in(self, session: Session, key: str, message: Any, topic: str) -> None:
        """Sends a message in the session's transaction; a workflow that does not exist is left alone."""
        with suppress(DBOSNonExistentWorkflowError), session.begin_nested():
            self._client.send_in_transaction(session, key, message, topic)

    def close(self) -> None:
        """Closes the client's own connections."""
        self._client.destroy()
