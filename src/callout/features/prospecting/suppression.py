"""The list of phones and addresses that must not be contacted for marketing."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.prospecting import store
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.tables import SuppressionEntry
from callout.kit.db.work import Work
from callout.kit.errors import NotFound

DEFAULT_CHANNELS = ("call", "sms", "whatsapp")


def suppression_hash(*, phone: str | None = None, email: str | None = None) -> str:
    """What identifies an entry even after its phone or address was erased."""
    return hashlib.sha256((phone or (email or "").lower()).encode()).hexdigest()


async def active_entry(work: Work, *, phone: str | None = None, email: str | None = None) -> SuppressionEntry | None:
    """The entry in force for a phone or address, whatever its channels."""
    key = suppression_hash(phone=phone, email=email)
    return (await store.suppressed(work, [key])).get(key)


async def phones_without_calls(work: Work, phones: Iterable[str]) -> set[str]:
    """Those of the phones that must not be called."""
    hashes = {suppression_hash(phone=phone): phone for phone in phones}
    entries = await store.suppressed(work, hashes)
    return {hashes[key] for key, entry in entries.items() if "call" in entry.channels}


async def stops_calls(work: Work, phone: str) -> bool:
    """Whether a phone must not be called."""
    return bool(await phones_without_calls(work, [phone]))


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
    await store.lock_phone(work, phone or (email or "").lower())
    entry = await active_entry(work, phone=phone, email=email)
    added = set(channels) - set(entry.channels if entry else ())
    is_new = entry is None
    if entry is None:
        entry = SuppressionEntry(
            phone=phone,
            email=email,
            key_hash=suppression_hash(phone=phone, email=email),
            channels=sorted(added),
            reason=reason,
            source_ref=source_ref,
        )
        work.session.add(entry)
    elif added:
        entry.channels = sorted({*entry.channels, *added})
    await work.session.flush()
    if phone and "call" in entry.channels:
        contact = (await store.contacts_by_phone(work, [phone], lock=True)).get(phone)
        if contact is not None:
            contact.status, contact.do_not_call = "do_not_call", True
    if added:
        await work.publish(ContactSuppressed(noun_id=entry.id, channels=list(entry.channels), reason=reason))
    return entry, is_new


async def lift(work: Work, entry_id: UUID, reason: str) -> None:
    """Removes an entry from force; its contact may be called again.

    Raises:
        NotFound: there is no such entry in force.
    """
    found = await store.fetch(work, SuppressionEntry, entry_id)
    if found.phone:
        await store.lock_phone(work, found.phone)
    entry = await store.fetch(work, SuppressionEntry, entry_id, lock=True)
    if entry.removed_at is not None:
        raise NotFound
    entry.removed_at, entry.removed_reason = work.now, reason
    await audit(
        work,
        "suppression_entry.remove",
        "suppression_entry",
        entry_id,
        before={"channels": entry.channels, "reason": entry.reason},
        reason=reason,
    )
    if not entry.phone or "call" not in entry.channels:
        return
    contact = (await store.contacts_by_phone(work, [entry.phone], lock=True)).get(entry.phone)
    if contact is not None:
        contact.do_not_call = False
        if contact.status == "do_not_call":
            contact.status = "pending"
