"""Commands to running calls, as the process that holds them takes them: woken by the database, answered once."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec

from callout.features.calling.calls import holds
from callout.features.calling.calls.events import CallAlert
from callout.features.calling.calls.steering import CommandKind
from callout.kit.db.database import Database
from callout.kit.events.notices import Notices
from callout.kit.principal import Principal

_LOOK_S = 2.0
"""Seconds between looks when no notice comes; a lost notice delays a command this long."""


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person asked of a running call, or who answered as the provider detected it (`line`).

    Attributes:
        text: of say and whisper; of line: human, machine, screening, ivr or fax, `machine:beep` after the greeting.
        to: E.164, of transfer and take_over.
    """

    id: UUID
    tenant_id: UUID
    call_id: UUID
    kind: CommandKind
    text: str = ""
    to: str | None = None


class Commands:
    """The commands for one process."""

    def __init__(self, database: Database, notices: Notices, process: str) -> None:
        """Takes where commands lie, what tells of new ones, and whose they are."""
        self._database = database
        self._notices = notices
        self._process = process

    async def listen(self) -> AsyncIterator[Command]:
        """Each command once, in order, until the iteration is left; one is answered with `answer`."""
        seen: set[UUID] = set()
        async for _ in self._notices.listen(holds.CHANNEL, {self._process}, every_s=_LOOK_S):
            waiting = await self.waiting()
            seen &= {command.id for command in waiting}
            for command in waiting:
                if command.id not in seen:
                    seen.add(command.id)
                    yield command

    async def waiting(self) -> list[Command]:
        """What waits for an answer, in order."""
        async with self._database.lookup() as work:
            rows = await holds.commands_for(work, self._process)
            return [
                Command(id=row.id, tenant_id=row.tenant_id, call_id=row.call_id, **_told(row.kind, row.body))
                for row in rows
            ]

    async def answer(self, command: Command, *, ok: bool, error: str | None = None) -> None:
        """Says how a command went; watchers see it. A second answer changes nothing."""
        async with self._database.transaction(Principal.system(command.tenant_id)) as work:
            row = await holds.command(work, command.id)
            if row is None or row.status != "sent":
                return
            row.status, row.answered_at = "done" if ok else "failed", work.now
            row.error = error[:300] if error else None
            if command.kind == "line":
                return
            detail: dict[str, Any] = {"command": command.kind, "command_id": str(command.id), "ok": ok}
            if error:
                detail["error"] = error[:300]
            await work.publish(CallAlert(noun_id=command.call_id, kind="command", detail=detail))


def _told(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "text": str(body.get("text") or ""), "to": body.get("to")}
