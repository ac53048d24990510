"""Public do-not-call registries as files: read, kept as numbers, asked at every dial."""

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, NamedTuple
from uuid import UUID

import phonenumbers

from callout.features.accounts.audit import audit
from callout.features.calling.compliance import store
from callout.features.calling.compliance.profiles import profile_of
from callout.features.calling.compliance.tables import Registry
from callout.features.prospecting import store as prospects
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

MAX_BYTES = 50 * 1024 * 1024
BATCH = 50_000
_SEPARATORS = re.compile(r"[\s().\-/\"']")
_COLUMNS = re.compile(r"[,;\t]")


class Read(NamedTuple):
    """What a file holds: E.164 digits, and lines that are no number of the country."""

    numbers: list[int]
    skipped: int


def read_registry(stream: BinaryIO, country: str) -> Read:
    """Reads one number a line: international, national, or area code and number in two columns.

    The files of the national registries have these forms; a first line without digits is a heading.

    Args:
        stream: text in UTF-8 or Latin-1.
        country: ISO 3166-1 alpha-2; whose national numbers are meant.

    Raises:
        Unprocessable: larger than 50 MB, or no number in it.
    """
    numbers: set[int] = set()
    skipped = size = 0
    code, lengths = _plan(country)
    for raw in stream:
        size += len(raw)
        if size > MAX_BYTES:
            raise Unprocessable.at("file", f"a registry holds at most {MAX_BYTES} bytes; split it", code="too_large")
        line = raw.decode("latin-1").strip().lstrip("\ufeffï»¿")
        if not any(character.isdigit() for character in line):
            continue
        number = _number(line, code, lengths)
        if number is None:
            skipped += 1
        else:
            numbers.add(number)
    if not numbers:
        raise Unprocessable.at("file", "holds no number of that country", code="empty")
    return Read(sorted(numbers), skipped)


async def keep_registry(
    work: Work, read: Read, *, name: str, country: str, published_on: date, filename: str
) -> tuple[Registry, bool]:
    """Keeps a registry; one of the same name is replaced as a whole. Returns it and whether it is new."""
    known = {row.name: row for row in await store.registries(work)}.get(name)
    if known is not None and published_on < known.published_on:
        raise Unprocessable.at("published_on", f"there is a newer one of {known.published_on}", code="outdated")
    registry = known or Registry(tenant_id=work.tenant_id, name=name)
    registry.country, registry.published_on, registry.filename = country, published_on, filename[:200]
    registry.skipped, registry.entries = read.skipped, len(read.numbers)
    work.session.add(registry)
    await work.session.flush()
    await store.delete_numbers(work, registry.id)
    for batch in _batches(read.numbers):
        await store.insert_numbers(work, registry.id, batch)
    told = {"name": name, "entries": registry.entries, "published_on": published_on.isoformat()}
    await audit(work, "suppression_entry.import", "do_not_call_registry", registry.id, after=told)
    return registry, known is None


async def drop_registry(work: Work, registry_id: UUID, reason: str) -> None:
    """Takes a registry away; its numbers may be called again. Raises NotFound."""
    registry = await prospects.fetch(work, Registry, registry_id, lock=True)
    await store.delete_numbers(work, registry.id)
    before = {"name": registry.name, "entries": registry.entries}
    await audit(work, "suppression_entry.remove", "do_not_call_registry", registry.id, before=before, reason=reason)
    await work.session.delete(registry)


def is_outdated(registry: Registry, today: date) -> bool:
    """Whether a registry is older than its country's law lets anybody rely on."""
    most = profile_of(registry.country).registry_max_age_days
    return most is not None and (today - registry.published_on).days > most


def _plan(country: str) -> tuple[str, frozenset[int]]:
    code = phonenumbers.country_code_for_region(country)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if not code or metadata is None or metadata.general_desc is None:
        raise Unprocessable.at("country", "is not a country with telephone numbers")
    return str(code), frozenset(metadata.general_desc.possible_length)


def _number(line: str, code: str, lengths: frozenset[int]) -> int | None:
    """The E.164 digits of a line; checked by their length only: a registry may be wrong, never rejected for it."""
    columns = [_SEPARATORS.sub("", column) for column in _COLUMNS.split(line)]
    first = columns[0]
    digits = first + columns[1] if len(columns) > 1 and first.isdecimal() and len(first) <= 5 else first
    if digits.startswith("+"):
        return int(digits[1:]) if digits[1:].isdecimal() else None
    if not digits.isdecimal():
        return None
    if digits.startswith(code) and len(digits) - len(code) in lengths:
        return int(digits)
    national = digits if len(digits) in lengths else digits.removeprefix("0")
    return int(code + national) if len(national) in lengths else None


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
