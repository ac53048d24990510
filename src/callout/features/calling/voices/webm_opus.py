"""Opus audio out of a WebM file into an Ogg file, packet by packet (pure; RFC 8794, RFC 7845, RFC 6716 §3.1, RFC 3533).

Browsers record WebM; the decoder reads Ogg. The audio itself is not touched.
"""

import struct
import zlib
from collections.abc import Iterator

import msgspec

_MASTERS = {0x18538067, 0x1654AE6B, 0x1F43B675, 0xA0, 0xAE}
"""Segment, Tracks, Cluster, BlockGroup, TrackEntry: walked into, whatever size they claim."""
_TRACK, _NUMBER, _CODEC, _PRIVATE = 0xAE, 0xD7, 0x86, 0x63A2
_BLOCKS = {0xA3, 0xA1}
"""SimpleBlock, and Block of a BlockGroup."""
_RATE = 48_000
_PACKETS_A_PAGE = 50
_FRAMES_MS = (10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20)  # fmt: skip  # noqa: E501
"""Milliseconds of a frame by the five bits of its configuration."""


class BrokenWebM(ValueError):  # noqa: N818
    """Not a WebM file with Opus audio."""


class _Track(msgspec.Struct):
    number: int = 0
    codec: str = ""
    head: bytes = b""


def ogg_of_webm(data: bytes, *, most_s: float) -> bytes:
    """The file as Ogg Opus, at most `most_s` seconds of it.

    Raises:
        BrokenWebM: it is damaged or its audio is not Opus.
    """
    track, packets = _read(data, most_s)
    pages = _Pages()
    pages.add([track.head], granule=0, kind=2)
    pages.add([b"OpusTags" + struct.pack("<I7sI", 7, b"callout", 0)], granule=0)
    granule = 0
    for start in range(0, len(packets), _PACKETS_A_PAGE):
        group = packets[start : start + _PACKETS_A_PAGE]
        granule += sum(samples_of(packet) for packet in group)
        pages.add(group, granule=granule, kind=4 if start + _PACKETS_A_PAGE >= len(packets) else 0)
    return b"".join(pages.done)


def samples_of(packet: bytes) -> int:
    """How long an Opus packet is, in samples of 48 kHz."""
    if not packet:
        return 0
    code = packet[0] & 3
    frames = 1 if code == 0 else 2 if code < 3 else (packet[1] & 63 if len(packet) > 1 else 0)
    return int(_FRAMES_MS[packet[0] >> 3] * _RATE / 1000) * frames


def _read(data: bytes, most_s: float) -> tuple[_Track, list[bytes]]:
    track = next((each for each in _tracks(data) if each.codec == "A_OPUS"), None)
    if track is None or not track.head.startswith(b"OpusHead"):
        raise BrokenWebM("The recording is damaged or its audio is not Opus.")
    packets: list[bytes] = []
    samples = 0
    for element, body in _elements(data):
        if element in _BLOCKS and (packet := _packet(body, track.number)):
            packets.append(packet)
            samples += samples_of(packet)
            if samples >= most_s * _RATE:
                break
    if not packets:
        raise BrokenWebM("The recording is empty.")
    return track, packets


def _tracks(data: bytes) -> list[_Track]:
    tracks: list[_Track] = []
    for element, body in _elements(data):
        if element in _BLOCKS:
            break
        if element == _TRACK:
            tracks.append(_Track())
        elif tracks and element == _NUMBER:
            tracks[-1].number = int.from_bytes(body)
        elif tracks and element == _CODEC:
            tracks[-1].codec = bytes(body).rstrip(b"\0").decode("ascii", "replace")
        elif tracks and element == _PRIVATE:
            tracks[-1].head = bytes(body)
    return tracks


def _packet(block: memoryview, track: int) -> bytes:
    number, at = _number(block, 0, keep_marker=False)
    if number != track or at + 3 > len(block) or block[at + 2] & 0x06:  # laced blocks are not used for Opus
        return b""
    return bytes(block[at + 3 :])


def _elements(data: bytes) -> Iterator[tuple[int, memoryview]]:
    view, at = memoryview(data), 0
    while at < len(view):
        try:
            element, at = _number(view, at, keep_marker=True)
            width = at
            size, at = _number(view, at, keep_marker=False)
        except IndexError:
            return
        is_unknown = size == (1 << (7 * (at - width))) - 1
        if element in _MASTERS:
            yield element, view[at:at]
        elif is_unknown:
            return
        else:
            yield element, view[at : at + size]
            at += size


def _number(view: memoryview, at: int, *, keep_marker: bool) -> tuple[int, int]:
    first = view[at]
    length = 9 - first.bit_length()
    if length > 8 or at + length > len(view):
        raise IndexError
    value = int.from_bytes(view[at : at + length])
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), at + length


class _Pages:
    """Writes Ogg pages of one stream."""

    def __init__(self) -> None:
        self.done: list[bytes] = []

    def add(self, packets: list[bytes], *, granule: int, kind: int = 0) -> None:
        lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
        if len(lacing) > 255 and len(packets) > 1:
            half = len(packets) // 2
            tail = sum(samples_of(packet) for packet in packets[half:])
            self.add(packets[:half], granule=granule - tail, kind=kind & 2)
            self.add(packets[half:], granule=granule, kind=kind & 4)
            return
        if len(lacing) > 255:
            raise BrokenWebM("The recording is damaged.")
        head = struct.pack("<4sBBqIII", b"OggS", 0, kind, granule, 1, len(self.done), 0) + bytes([len(lacing)])
        page = head + lacing + b"".join(packets)
        self.done.append(page[:22] + struct.pack("<I", _checksum(page)) + page[26:])


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _checksum(page: bytes) -> int:
    """CRC-32 with the bits the other way round than zlib's, beginning with zero (RFC 3533, 6)."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)
