"""A piece of a kept file made into lines ready to be stored: what the worker processes do. Pure."""

import msgspec
import uuid_utils

from callout.features.prospecting.importing.layout import Layout
from callout.features.prospecting.importing.pieces import Piece
from callout.features.prospecting.importing.records import Row, rows_of
from callout.features.prospecting.importing.rows import Rejected, draft_of
from callout.features.prospecting.recognition import Identity
from callout.features.prospecting.staging import staged

LONGEST_KEPT = 100_000
"""Characters kept of a rejected row as a whole, and then of each of its cells at most a hundredth of that."""


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """A rejected row with its cells as they were written."""

    row: int
    field: str
    code: str
    message: str
    cells: list[str]


class Cleaned(msgspec.Struct, frozen=True, array_like=True):
    """What a piece held.

    Attributes:
        found: rows that are not blank.
        identities: what each business is recognised by, in the order of the rows.
        lines: COPY text, a line each.
        refused: rows that were not taken.
        notes: (row, words) a person should know about rows that were taken.
    """

    found: int
    identities: list[Identity]
    lines: bytes
    refused: list[Refused]
    notes: list[tuple[int, str]]


def clean(piece: Piece, layout: Layout, after: int, region: str, taken: int = 0) -> Cleaned:
    """Reads and cleans the rows of a piece.

    Args:
        piece: some records.
        layout: of the file.
        after: the number of the last row before the piece.
        region: ISO 3166-1 alpha-2, of phones without a country code in rows that name no country.
        taken: rows up to this number were taken before and are passed over.
    """
    identities: list[Identity] = []
    lines: list[str] = []
    refused: list[Refused] = []
    notes: list[tuple[int, str]] = []
    found = 0
    for row in rows_of(piece, layout, after):
        if row.number <= taken:
            continue
        found += 1
        told = row.told if isinstance(row.told, Rejected) else draft_of(row.number, row.told, region=region)
        if isinstance(told, Rejected):
            refused.append(_refused(row, told))
            continue
        identity, line = staged(row.number, str(uuid_utils.uuid7()), told)
        identities.append(identity)
        lines.append(line)
        if row.note:
            notes.append((row.number, row.note))
    return Cleaned(found, identities, "".join(lines).encode(), refused, notes)


def clean_packed(packed: bytes, layout: Layout, after: int, region: str, taken: int) -> bytes:
    """`clean` from bytes to bytes, as processes hand them to each other."""
    piece = msgspec.msgpack.decode(packed, type=Piece)
    return _encode(clean(piece, layout, after, region, taken))


def unpacked(packed: bytes) -> Cleaned:
    """What `clean_packed` gave."""
    return _decode(packed)


def _refused(row: Row, why: Rejected) -> Refused:
    cells = row.cells
    if sum(map(len, cells)) > LONGEST_KEPT:
        cells = [cell[: LONGEST_KEPT // 100] for cell in cells]
    return Refused(row.number, why.field, why.code, why.message, cells)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Cleaned).decode
