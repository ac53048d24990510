"""Recordings made here: something like speech, steady noise, a tone; and the containers they come in."""

import io
import struct

import numpy as np
import soundfile

RATE = 22_050


def speech(seconds: float, *, snr_db: float = 40, level: float = 0.3, rate: int = RATE, seed: int = 1) -> np.ndarray:
    """Words of a voice with a moving pitch, and pauses between them, over noise that is `snr_db` below."""
    dice = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.4 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tones = sum(np.sin(number * phase) / number for number in range(1, 12))
    words = (np.sin(2 * np.pi * 2.2 * time) > -0.2) & (np.sin(2 * np.pi * 0.31 * time) > -0.7)
    gate = np.convolve(words.astype(float), np.hanning(400) / np.hanning(400).sum(), "same")
    voice = tones * gate
    voice *= level / np.max(np.abs(voice))
    power = np.mean(np.square(voice[gate > 0.9]))
    noise = dice.normal(0, np.sqrt(power / 10 ** (snr_db / 10)), len(time))
    return np.clip(voice + noise, -1, 1).astype(np.float32)


def noise(seconds: float, level: float = 0.1, rate: int = RATE) -> np.ndarray:
    return np.random.default_rng(3).normal(0, level, int(seconds * rate)).astype(np.float32)


def recorded(samples: np.ndarray, kind: str = "WAV", rate: int = RATE, subtype: str | None = None) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=kind, subtype=subtype)
    return out.getvalue()


def wav(seconds: float, **given: float) -> bytes:
    """A WAV file of something like speech."""
    return recorded(speech(seconds, **given))


def opus_packets(ogg: bytes) -> list[bytes]:
    """The packets of an Ogg file, headers first."""
    packets, part, at = [], b"", 0
    while at < len(ogg):
        lacing = ogg[at + 27 : at + 27 + ogg[at + 26]]
        body = at + 27 + len(lacing)
        for size in lacing:
            part += ogg[body : body + size]
            body += size
            if size < 255:
                packets.append(part)
                part = b""
        at = body
    return packets


def webm(samples: np.ndarray, rate: int = 48_000, *, known_sizes: bool = False) -> bytes:
    """A WebM file the way browsers record one: clusters of unknown size, a block every 20 ms."""
    head, _tags, *packets = opus_packets(recorded(samples, "OGG", rate, "OPUS"))
    entry = _element(0xD7, b"\1") + _element(0x83, b"\2") + _element(0x86, b"A_OPUS") + _element(0x63A2, head)
    tracks = _element(0x1654AE6B, _element(0xAE, entry))
    clusters = b""
    for start in range(0, len(packets), 50):
        blocks = b"".join(
            _element(0xA3, b"\x81" + struct.pack(">hB", 20 * number, 0x80) + packet)
            for number, packet in enumerate(packets[start : start + 50])
        )
        body = _element(0xE7, (start * 20).to_bytes(4)) + blocks
        clusters += _element(0x1F43B675, body) if known_sizes else _open(0x1F43B675) + body
    segment = _element(0x1549A966, _element(0x2AD7B1, (1_000_000).to_bytes(4))) + tracks + clusters
    ebml = _element(0x1A45DFA3, _element(0x4282, b"webm"))
    return ebml + (_element(0x18538067, segment) if known_sizes else _open(0x18538067) + segment)


def m4a(seconds: float, *, fragmented: bool = False, scale: int = 44_100) -> bytes:
    """The boxes of an M4A file that say how long it is; its audio is not there."""
    mdhd = _box("mdhd", struct.pack(">IIIIIHH", 0, 0, 0, scale, 0 if fragmented else int(seconds * scale), 0, 0))
    moov = _box("moov", _box("trak", _box("mdia", mdhd)))
    if not fragmented:
        return _box("ftyp", b"M4A \0\0\0\0") + moov + _box("mdat", bytes(64))
    frames = int(seconds * scale / 1024)
    tfhd = _box("tfhd", struct.pack(">III", 0x8, 1, 1024))
    trun = _box("trun", struct.pack(">II", 0, frames))
    return _box("ftyp", b"M4A \0\0\0\0") + moov + _box("moof", _box("traf", tfhd + trun)) + _box("mdat", bytes(64))


def _element(number: int, body: bytes) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8) + (0x10000000 | len(body)).to_bytes(4) + body


def _open(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8) + b"\x01\xff\xff\xff\xff\xff\xff\xff"


def _box(kind: str, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body
