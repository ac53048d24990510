"""A kept file read as a stream from any position: pieces between records, each with where it stands."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from callout.features.prospecting.importing.layout import Layout
from callout.features.prospecting.importing.pieces import Piece, cut


class Placed(msgspec.Struct, frozen=True):
    """A piece and where it stands.

    Attributes:
        after: the number of the last row before it.
        end: the byte after it.
    """

    piece: Piece
    after: int
    end: int


async def pieces_of(
    parts: AsyncIterator[bytes], layout: Layout, *, offset: int, row: int, block: int
) -> AsyncGenerator[Placed]:
    """The pieces of a file from a position on.

    Args:
        parts: the bytes from `offset` on.
        layout: of the file.
        offset: where a record begins.
        row: the number of the last row before it.
        block: bytes read at least before they are cut.

    Raises:
        UnreadableFile: a row or line never ends.
    """
    rest = b""
    waiting: list[bytes] = []
    length = 0
    async for part in _in_blocks(parts, block):
        waiting.append(part)
        length += len(part)
        if length < block:
            continue
        data = rest + b"".join(waiting)
        used = 0
        for piece in await asyncio.to_thread(_cut, data, layout, at_end=False):
            used += len(piece.data)
            offset, after, row = offset + len(piece.data), row, row + piece.rows
            yield Placed(piece, after, offset)
        rest, length = data[used:], 0
        waiting.clear()
    data = rest + b"".join(waiting)
    for piece in await asyncio.to_thread(_cut, data, layout, at_end=True) if data else ():
        offset, after, row = offset + len(piece.data), row, row + piece.rows
        yield Placed(piece, after, offset)


async def _in_blocks(parts: AsyncIterator[bytes], block: int) -> AsyncIterator[bytes]:
    async for part in parts:
        for begin in range(0, len(part), block):
            yield part[begin : begin + block]


def _cut(data: bytes, layout: Layout, *, at_end: bool) -> list[Piece]:
    return list(cut(data, layout, at_end=at_end))
