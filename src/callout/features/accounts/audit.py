"""Writes and reads the trail of who changed what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from callout.features.accounts.caller import caller_address
from callout.features.accounts.tables import AuditEntry
from callout.kit.db.work import Work
from callout.kit.observe.logs import current_request_id

_SECRET = re.compile(
    r"password|secret|(?:^|_)token$|api_?key|private_key|credential|recovery_code|_hash$",
    re.IGNORECASE,
)
REMOVED = "[removed]"


async def audit(
    work: Work,
    action: str,
    noun: str,
    noun_id: UUID | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Appends one entry in the transaction of the change.

    Args:
        work: the unit of work that changes something.
        action: ``noun.verb`` in the words of the permission table.
        noun: what was changed.
        noun_id: its id; None for something that has none.
        before: the changed fields as they were; secrets are removed.
        after: the same fields as they are now.
        reason: what the person gave as a reason, at most 500 characters.
    """
    principal = work.principal
    work.session.add(
        AuditEntry(
            at=work.now,
            actor_id=principal.actor_id,
            actor_role=principal.role,
            actor_label=(principal.label or principal.role)[:160],
            action=action[:80],
            noun=noun[:40],
            noun_id=noun_id,
            before=_presentable(before),
            after=_presentable(after),
            reason=reason[:500] if reason else None,
            ip=caller_address.get(),
            request_id=current_request_id(),
        )
    )


def without_secrets(value: Any) -> Any:
    """The value with every member of a telling name replaced, at any depth."""
    if isinstance(value, Mapping):
        return {
            str(name): REMOVED if _SECRET.search(str(name)) and inner is not None else without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [without_secrets(inner) for inner in value]
    return value


def _presentable(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if value is None:
        return None
    plain: dict[str, Any] = without_secrets(msgspec.to_builtins(dict(value)))
    return plain
