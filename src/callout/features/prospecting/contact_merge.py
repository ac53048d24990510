"""Several contacts that are one person become one record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.prospecting import contact_store, store
from callout.features.prospecting.contact_bulk import MAX_TAGS
from callout.features.prospecting.contacts import LEARNED
from callout.features.prospecting.events import ContactsMerged
from callout.features.prospecting.suppression import phones_without_calls, suppress
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable

MAX_NOTES = 4000
_EMPTY: tuple[Any, ...] = (None, "", [], {})


async def merge_contacts(work: Work, keep_id: UUID, merge_ids: Sequence[UUID]) -> Contact:
    """Keeps one contact and takes over into it what the others know; they disappear, and what refers to them follows.

    Empty fields are filled in the order of `merge_ids`, tags united, notes joined; calls are summed. Whoever asked on
    one of the phones not to be called is not called on the kept one either. Consents stay with their phones.

    Raises:
        NotFound: one of them does not exist.
        Unprocessable: the kept one is among the merged.
    """
    others = list(dict.fromkeys(merge_ids))
    if keep_id in others:
        raise Unprocessable.at("merge_ids", "the contact to keep cannot be merged away")
    await store.lock_contacts(work)
    rows = await contact_store.lock_by_id(work, [keep_id, *others])
    if len(rows) != len(others) + 1:
        raise NotFound
    kept, merged = rows[keep_id], [rows[key] for key in others]
    before = {name: getattr(kept, name) for name in (*LEARNED, "custom", "call_attempts")}
    blocked = await phones_without_calls(work, [row.phone for row in merged])
    for row in merged:
        _take_over(kept, row, spare_phone=row.phone not in blocked)
        row.deleted_at = work.now
    await work.session.flush()
    await contact_store.follow(work, kept.id, others)
    after = {name: getattr(kept, name) for name in before}
    told = {name: value for name, value in after.items() if value != before[name]}
    await audit(work, "contact.merge", "contact", kept.id, before={"merged": [str(key) for key in others]}, after=told)
    await work.publish(ContactsMerged(noun_id=kept.id, merged=others))
    if blocked or any(row.do_not_call for row in merged):
        await suppress(work, phone=kept.phone, reason="admin", source_ref=f"merge:{kept.id}")
    return kept


def _take_over(kept: Contact, other: Contact, *, spare_phone: bool) -> None:
    for name in LEARNED:
        value = getattr(other, name)
        if name not in {"tags", "notes", "timezone"} and getattr(kept, name) in _EMPTY and value not in _EMPTY:
            setattr(kept, name, value)
    if kept.name == kept.phone and other.name != other.phone:
        kept.name = other.name
    if kept.alt_phone is None and spare_phone:
        kept.alt_phone = other.phone
    if kept.timezone_source in {"phone", "unknown"} and other.timezone_source in {"contact", "location"}:
        kept.timezone, kept.timezone_source = other.timezone, other.timezone_source
    kept.tags = list(dict.fromkeys([*kept.tags, *other.tags]))[:MAX_TAGS]
    if other.notes and other.notes not in (kept.notes or ""):
        kept.notes = f"{kept.notes}\n{other.notes}"[:MAX_NOTES] if kept.notes else other.notes
    kept.custom = dict(list(({**other.custom, **kept.custom}).items())[:20])
    kept.call_attempts += other.call_attempts
    kept.business_id = kept.business_id or other.business_id
    if other.last_called_at is not None and (kept.last_called_at is None or other.last_called_at > kept.last_called_at):
        kept.last_called_at, kept.last_outcome = other.last_called_at, other.last_outcome
    if other.lead_score is not None and (kept.lead_score is None or other.lead_score > kept.lead_score):
        kept.lead_score, kept.lead_status = other.lead_score, other.lead_status
    kept.follow_up_at = kept.follow_up_at or other.follow_up_at
