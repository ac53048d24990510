"""Importing phones and addresses that must not be contacted, any number of them in a few statements."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import msgspec

from callout.features.accounts.tenant_store import own_tenant
from callout.features.prospecting import contact_store, store
from callout.features.prospecting.contact_import.forms import SuppressionForm
from callout.features.prospecting.contact_import.importing import MAX_ERRORS, check_upload
from callout.features.prospecting.contact_import.reading import Record, read_rows
from callout.features.prospecting.contact_import.rows import RowError
from callout.features.prospecting.countries import country_by_code, country_by_name
from callout.features.prospecting.events import ContactSuppressed
from callout.features.prospecting.importing import values
from callout.features.prospecting.importing.phones import read_phone
from callout.features.prospecting.suppression import DEFAULT_CHANNELS, suppression_hash
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Imported(msgspec.Struct, frozen=True):
    """What became of the rows; `updated` entries were widened by a channel."""

    rows: int
    created: int
    updated: int
    skipped: int
    errors: list[RowError]


class Target(msgspec.Struct, frozen=True):
    """A phone in E.164, or an e-mail address."""

    phone: str | None = None
    email: str | None = None

    @property
    def key(self) -> str:
        """What identifies the entry."""
        return suppression_hash(phone=self.phone, email=self.email)


async def import_suppression(work: Work, stream: BinaryIO, form: SuppressionForm) -> Imported:
    """Puts every phone and address of a file on the suppression list; entries in force are kept, and widened.

    Raises:
        FileTooLarge, TypeRefused: more than 10 MB, or neither CSV nor XLSX.
        UnreadableFile: no table, no rows, or too many.
    """
    await asyncio.to_thread(check_upload, stream)
    region = (await own_tenant(work)).country
    rows = await asyncio.to_thread(read_rows, stream, form.mapping, ("phone", "email"))
    targets, errors = await asyncio.to_thread(targets_of, rows, region)
    await store.lock_contacts(work)
    created, updated = await _suppress(work, targets, form)
    skipped = len(rows) - created - updated
    return Imported(len(rows), created, updated, skipped, errors[:MAX_ERRORS])


def targets_of(rows: Sequence[tuple[int, Record]], region: str) -> tuple[dict[str, Target], list[RowError]]:
    """The phones and addresses of a file by their key, and what is wrong with the other rows. Pure."""
    found: dict[str, Target] = {}
    errors: list[RowError] = []
    for number, record in rows:
        target = _target(record, region)
        if target is None:
            errors.append(RowError(number, "phone", "the row has neither a valid phone nor an e-mail address"))
        else:
            found[target.key] = target
    return found, errors


def _target(record: Record, region: str) -> Target | None:
    raw = values.line(record.get("phone"), 40)
    named = values.text(record.get("country"))
    country = country_by_code(named) or country_by_name(named) if named else None
    if raw and (phone := read_phone(raw, country, region)):
        return Target(phone=phone)
    email = values.email(record.get("email"))
    return Target(email=email) if email and not raw else None


async def _suppress(work: Work, targets: Mapping[str, Target], form: SuppressionForm) -> tuple[int, int]:
    """Returns how many entries are new and how many were widened."""
    existing = await store.suppressed(work, targets)
    updated = 0
    for key, entry in existing.items():
        added = set(_channels(targets[key], form)) - set(entry.channels)
        if added:
            entry.channels = sorted({*entry.channels, *added})
            updated += 1
            await work.publish(ContactSuppressed(noun_id=entry.id, channels=entry.channels, reason=form.reason))
    fresh: list[dict[str, Any]] = [
        {
            "id": uuid7(),
            "phone": target.phone,
            "email": target.email,
            "key_hash": key,
            "channels": _channels(target, form),
            "reason": form.reason,
            "source_ref": form.source_ref,
        }
        for key, target in targets.items()
        if key not in existing
    ]
    await contact_store.insert_suppressions(work, fresh)
    for row in fresh:
        await work.publish(ContactSuppressed(noun_id=row["id"], channels=row["channels"], reason=form.reason))
    stopped = [target.phone for target in targets.values() if target.phone and "call" in _channels(target, form)]
    await contact_store.stop_calls(work, stopped)
    return len(fresh), updated


def _channels(target: Target, form: SuppressionForm) -> list[str]:
    return sorted(form.channels or (DEFAULT_CHANNELS if target.phone else ("email",)))
