"""What people agreed to or withdrew, as an append-only record, and what the newest entry permits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.prospecting.events import ConsentRecorded
from callout.features.prospecting.tables import ConsentRecord
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

PERMITTING = frozenset({"express_written", "express", "existing_customer", "legitimate_interest_b2b", "inquiry"})


async def record_consent(
    work: Work,
    *,
    phone: str,
    contact_id: UUID | None,
    scope: str,
    basis: str,
    action: str,
    source: str,
    statement: str | None = None,
    evidence_file_id: UUID | None = None,
    expires_at: datetime | None = None,
) -> ConsentRecord:
    """Appends a consent record."""
    record = ConsentRecord(
        contact_id=contact_id,
        phone=phone,
        scope=scope,
        basis=basis,
        action=action,
        source=source,
        statement=statement,
        evidence_file_id=evidence_file_id,
        at=work.now,
        expires_at=expires_at,
    )
    work.session.add(record)
    await work.session.flush()
    await work.publish(ConsentRecorded(noun_id=record.id, contact_id=contact_id, scope=scope, action=action))
    return record


def consent_view(record: ConsentRecord | None, now: datetime) -> dict[str, Any]:
    """What the newest consent permits."""
    if record is None:
        return {"basis": "none", "scope": "call", "at": None, "permits_call": False}
    in_force = record.action == "granted" and (record.expires_at is None or record.expires_at > now)
    return {
        "basis": record.basis if in_force else "none",
        "scope": record.scope,
        "at": timestamp(record.at),
        "permits_call": in_force and record.basis in PERMITTING,
    }
