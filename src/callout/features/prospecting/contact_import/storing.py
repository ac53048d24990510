"""Contacts of a file meet those there are: new ones made, known ones filled or overwritten, in a few statements."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from callout.features.prospecting import contact_store, store
from callout.features.prospecting.contact_import.rows import Entry
from callout.features.prospecting.contacts import zone_of
from callout.features.prospecting.events import ConsentRecorded, ContactCreated, ContactUpdated
from callout.features.prospecting.lists import add_contacts
from callout.features.prospecting.suppression import phones_without_calls
from callout.features.prospecting.tables import CallList
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Stored(msgspec.Struct, frozen=True):
    """What became of the entries of a file."""

    created: int
    updated: int
    added_to_list: int
    suppressed: int


async def store_entries(
    work: Work,
    entries: Sequence[Entry],
    *,
    mode: str,
    origin: str,
    consent: Mapping[str, Any] | None,
    attested_by: Mapping[str, Any],
    call_list: CallList | None,
) -> Stored:
    """Stores the contacts of a file; the caller holds `store.lock_contacts`. Repeating changes nothing.

    Args:
        work: The transaction.
        entries: One a phone.
        mode: fill (empty fields only) or overwrite; neither blanks a field.
        origin: The source of consents that rows attest themselves.
        consent: {basis, source, statement} attested for all of them.
        attested_by: Who is behind the consents: {created_by, created_by_role}.
        call_list: A list to put them on; those that must not be called are left out.

    Raises:
        Unprocessable: the list would become too long.
    """
    by_phone = {entry.phone: entry for entry in entries}
    blocked = await phones_without_calls(work, by_phone)
    known = await contact_store.keys_by_phone(work, by_phone)
    made = [_contact_of(entry, forbidden=entry.phone in blocked) for entry in entries if entry.phone not in known]
    await contact_store.insert_contacts(work, made)
    for contact in made:
        await work.publish(ContactCreated(noun_id=contact["id"], source="upload"))
    told = [{"phone": entry.phone, **entry.fields} for entry in entries if entry.phone in known]
    changed = await contact_store.update_contacts(work, told, overwrite=mode == "overwrite")
    names = sorted({name for row in told for name in row} - {"phone"})
    for contact_id in changed:
        await work.publish(ContactUpdated(noun_id=contact_id, fields=names))
    ids = {phone: key.id for phone, key in known.items()} | {contact["phone"]: contact["id"] for contact in made}
    attested = _attested(entries, ids, origin=origin, consent=consent)
    await _record(work, [{**row, **attested_by} for row in attested])
    added = 0
    if call_list is not None:
        keys = await contact_store.keys_by_phone(work, by_phone)
        ordered = sorted((keys[phone] for phone in by_phone if phone not in blocked), key=contact_store.rank)
        added, _ = await add_contacts(work, call_list, [key.id for key in ordered])
    return Stored(len(made), len(changed), added, len(blocked))


def _attested(
    entries: Sequence[Entry], ids: Mapping[str, UUID], *, origin: str, consent: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """The consents that rows attest themselves, or the import for all of them."""
    rows: list[dict[str, Any]] = []
    for entry in entries:
        told = {"basis": entry.basis, "source": origin} if entry.basis else consent
        if told:
            row = {"contact_id": ids[entry.phone], "phone": entry.phone, "scope": "call", "action": "granted"}
            rows.append({**row, "basis": told["basis"], "source": told["source"], "statement": told.get("statement")})
    return rows


async def _record(work: Work, attested: Sequence[dict[str, Any]]) -> None:
    """Records consents, unless the newest record of the phone says the same."""
    newest = await store.newest_consents(work, [row["phone"] for row in attested])
    fresh: list[dict[str, Any]] = []
    for row in attested:
        last = newest.get(row["phone"])
        if last is None or any(getattr(last, name) != row[name] for name in ("basis", "action", "source", "statement")):
            fresh.append({"id": uuid7(), **row})
    await contact_store.insert_consents(work, fresh)
    for row in fresh:
        told = ConsentRecorded(noun_id=row["id"], contact_id=row["contact_id"], scope="call", action="granted")
        await work.publish(told)


def _contact_of(entry: Entry, *, forbidden: bool) -> dict[str, Any]:
    zone, source = zone_of(entry.phone, entry.fields.get("timezone"), None, None)
    standing = {"status": "do_not_call", "do_not_call": True} if forbidden else {}
    empty = dict.fromkeys(contact_store.FILLED)
    told = {**empty, "tags": [], "priority": "medium", **entry.fields}
    return {
        "id": uuid7(), **told, "phone": entry.phone, "timezone": zone, "timezone_source": source, "source": "upload",
        "status": "pending", "do_not_call": False, **standing,
    }  # fmt: skip
