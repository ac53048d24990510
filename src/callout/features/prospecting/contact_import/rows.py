"""One row of a contact file made into a contact, or a reason why not. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import msgspec
from babel.core import UnknownLocaleError, parse_locale

from callout.features.prospecting.countries import country_by_code, country_by_name
from callout.features.prospecting.importing import values
from callout.features.prospecting.importing.phones import read_phone
from callout.features.prospecting.schemas import Basis, Priority

BASES = get_args(Basis)
PRIORITIES = get_args(Priority)


class RowError(msgspec.Struct, frozen=True):
    """What is wrong with a row: `field` of it, in words."""

    row: int
    field: str
    message: str


class Entry(msgspec.Struct, frozen=True):
    """A contact as a file tells it.

    Attributes:
        phone: E.164.
        fields: what the row says, without what it leaves empty.
        basis: the basis of consent the row attests.
    """

    row: int
    phone: str
    fields: dict[str, Any]
    basis: str | None = None


class Plan(msgspec.Struct, frozen=True):
    """What a file holds: one entry a phone, the last row wins."""

    rows: int
    entries: list[Entry]
    errors: list[RowError]


def plan(rows: Sequence[tuple[int, Mapping[str, str]]], *, region: str) -> Plan:
    """Cleans the rows of a file.

    Args:
        rows: (number, cells by field).
        region: ISO 3166-1 alpha-2, of phones without a country code in rows that name no country.
    """
    entries: dict[str, Entry] = {}
    errors: list[RowError] = []
    for number, record in rows:
        entry = entry_of(number, record, region=region, errors=errors)
        if entry is not None:
            entries.pop(entry.phone, None)
            entries[entry.phone] = entry
    return Plan(len(rows), list(entries.values()), errors)


def entry_of(row: int, record: Mapping[str, str], *, region: str, errors: list[RowError]) -> Entry | None:
    """Cleans one row; None without a name or a valid phone. What cannot be used is told in `errors` and left out."""
    cells = _Cells(row, record, region, errors)
    name = cells.line("name", 120) or cells.line("business_name", 120)
    if name is None:
        errors.append(RowError(row, "name", "the row has no name"))
        return None
    if not cells.line("phone", 40):
        errors.append(RowError(row, "phone", "the row has no phone"))
    phone = cells.phone("phone")
    if phone is None:
        return None
    fields = {
        "name": name,
        "business_name": cells.line("business_name", 200),
        "address": cells.line("address", 300),
        "category": cells.line("category", 80),
        "industry": cells.line("industry", 80),
        "notes": values.lines(record.get("notes"), 4000),
        "tags": values.words(record.get("tags"), most=20, length=30, separators="|,;"),
        "alt_phone": cells.phone("alt_phone"),
        "email": cells.checked("email", values.email, "not a valid e-mail address"),
        "timezone": cells.checked("timezone", values.zone, "not a time zone name (IANA)"),
        "preferred_language": cells.checked("preferred_language", _language, "not a language tag (BCP 47)"),
        "priority": cells.checked("priority", _one_of(PRIORITIES), f"not one of {', '.join(PRIORITIES)}"),
    }
    basis = cells.checked("consent_basis", _one_of(BASES), f"not one of {', '.join(BASES)}")
    return Entry(row, phone, {field: value for field, value in fields.items() if value}, basis)


class _Cells:
    """The cells of one row; what cannot be used is told."""

    def __init__(self, row: int, record: Mapping[str, str], region: str, errors: list[RowError]) -> None:
        self._row, self._record, self._region, self._errors = row, record, region, errors

    def line(self, field: str, length: int) -> str | None:
        return values.line(self._record.get(field), length)

    def phone(self, field: str) -> str | None:
        raw = self.line(field, 40)
        if raw is None:
            return None
        country = values.text(self._record.get("country"))
        known = country_by_code(country) or country_by_name(country) if country else None
        phone = read_phone(raw, known, self._region)
        if phone is None:
            self._errors.append(RowError(self._row, field, f"{raw} is not a valid phone number"))
        return phone

    def checked(self, field: str, read: Callable[[str], str | None], message: str) -> str | None:
        written = self.line(field, 300)
        if written is None:
            return None
        value = read(written)
        if value is None:
            self._errors.append(RowError(self._row, field, f"{written[:60]} is {message}; it was left out"))
        return value


def _one_of(words: Sequence[str]) -> Callable[[str], str | None]:
    def read(written: str) -> str | None:
        word = written.casefold().replace(" ", "_").replace("-", "_")
        return word if word in words else None

    return read


def _language(written: str) -> str | None:
    tag = written.replace("_", "-")
    try:
        parse_locale(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return None
    return tag if 2 <= len(tag) <= 16 else None
