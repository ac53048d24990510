"""The list of phones and addresses that must not be contacted for marketing, and records of consent."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from callout.features.prospecting import store
from callout.features.prospecting.events import ConsentRecorded, ContactSuppressed
from callout.features.prospecting.tables import ConsentRecord, SuppressionEntry
from callout.kit.db.work import Work

DEFAULT_CHANNELS = ("call", "sms", "whatsapp")
PERMITTING = {"express_written", "express", "existing_customer", "legitimate_interest_b2b", "inquiry"}


def suppression_hash(*, phone: str | None = None, email: str | None = None) -> str:
    """What identifies an entry even after its phone or address was erased."""
    return hashlib.sha256((phone or (email or "").lower()).encode()).hexdigest()


async def active_entry(work: Work, *, phone: str | None = None, email: str | None = None) -> SuppressionEntry | None:
    """The entry in force for a phone or address."""
    key = suppression_hash(phone=phone, email=email)
    return (await store.suppressed(work, [key])).get(key)


async def suppress(
    work: Work,
    *,
    phone: str | None = None,
    email: str | None = None,
    channels: Sequence[str] = DEFAULT_CHANNELS,
    reason: str,
    source_ref: str | None = None,
) -> tuple[SuppressionEntry, bool]:
    """Adds an entry, or widens the one in force. Returns it and whether it is new."""
    await store.lock_imports(work)
    entry = await active_entry(work, phone=phone, email=email)
    is_new = entry is None
    if entry is None:
        entry = SuppressionEntry(
            phone=phone,
            email=email,
            key_hash=suppression_hash(phone=phone, email=email),
            channels=sorted(channels),
            reason=reason,
            source_ref=source_ref,
        )
        work.session.add(entry)
    elif not set(channels) <= set(entry.channels):
        entry.channels = sorted({*entry.channels, *channels})
    await work.session.flush()
    if phone and "call" in entry.channels and (contact := (await store.contacts_by_phone(work, [phone])).get(phone)):
        contact.status, contact.do_not_call = "do_not_call", True
    if is_new:
        await work.publish(ContactSuppressed(noun_id=entry.id, channels=list(entry.channels), reason=reason))
    return entry, is_new


async def lift(work: Work, entry_id: UUID, reason: str) -> None:
    """Removes an entry from force; its contact may be called again."""
    entry = await store.fetch(work, SuppressionEntry, entry_id, lock=True)
    entry.removed_at, entry.removed_reason = work.now, reason
    if entry.phone and (contact := (await store.contacts_by_phone(work, [entry.phone])).get(entry.phone)):
        contact.do_not_call = False
        if contact.status == "do_not_call":
            contact.status = "pending"


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
        "at": record.at.isoformat(),
        "permits_call": in_force and record.basis in PERMITTING,
    }
