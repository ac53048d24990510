"""How long the audio of an MP4 (M4A) file is, by its boxes alone (pure; ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator

_CONTAINERS = {b"moov", b"trak", b"mdia", b"moof", b"traf", b"mvex"}


def mp4_length_s(data: bytes) -> float | None:
    """Seconds of the longest track, also of a file written in fragments; None when the file does not tell."""
    scale = whole = 0
    fragments = 0
    lengths: list[float] = []
    default = [0]
    for kind, body in _boxes(memoryview(data), 0, len(data)):
        if kind == b"mdhd":
            scale, whole = _header(body)
            if scale and whole:
                lengths.append(whole / scale)
        elif kind == b"trex" and len(body) >= 16:
            default[0] = int.from_bytes(body[12:16])
        elif kind == b"tfhd":
            default[0] = _default_duration(body) or default[0]
        elif kind == b"trun":
            fragments += _run_duration(body, default[0])
    if fragments and scale:
        lengths.append(fragments / scale)
    return max(lengths, default=None)


def _boxes(view: memoryview, start: int, end: int) -> Iterator[tuple[bytes, memoryview]]:
    at = start
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", view, at)
        head = 8
        if size == 1 and at + 16 <= end:
            size, head = int.from_bytes(view[at + 8 : at + 16]), 16
        stop = end if size == 0 else at + size
        if stop > end or stop < at + head:
            return
        if kind in _CONTAINERS:
            yield from _boxes(view, at + head, stop)
        else:
            yield kind, view[at + head : stop]
        at = stop


def _header(body: memoryview) -> tuple[int, int]:
    try:
        if body[0] == 1:
            return struct.unpack_from(">IQ", body, 20)
        return struct.unpack_from(">II", body, 12)
    except (struct.error, IndexError):
        return 0, 0


def _default_duration(body: memoryview) -> int:
    flags = int.from_bytes(body[1:4])
    at = 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0)
    return int.from_bytes(body[at : at + 4]) if flags & 0x8 else 0


def _run_duration(body: memoryview, default: int) -> int:
    flags, count = int.from_bytes(body[1:4]), int.from_bytes(body[4:8])
    if not flags & 0x100:
        return count * default
    at = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    width = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    count = min(count, max(0, len(body) - at) // width)
    return sum(int.from_bytes(body[at + width * row : at + width * row + 4]) for row in range(count))
