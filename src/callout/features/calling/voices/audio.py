"""Decoding recordings: WAV, FLAC, MP3 and Ogg by libsndfile, WebM by way of Ogg, M4A by ffmpeg where there is one."""

import io
import shutil
import subprocess
import tempfile
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from callout.features.calling.voices.measuring import Samples, resampled
from callout.features.calling.voices.mp4_length import mp4_length_s
from callout.features.calling.voices.webm_opus import BrokenWebM, ogg_of_webm

CLONE_RATE = 22_050
MOST_S = 180.0
"""Nothing longer is decoded: it is refused anyway."""
_FFMPEG_WITHIN_S = 60


class UnreadableAudio(Exception):  # noqa: N818 - an outcome with a reason
    """A recording that cannot be decoded; the message is for a person."""


class Decoded(msgspec.Struct, frozen=True):
    """A recording.

    Attributes:
        duration_s: of all of it, also where it was not decoded.
        samples: mono, -1..1; None when there is no decoder for its format here.
        rate: samples a second.
    """

    duration_s: float
    samples: Samples | None
    rate: int


def decode(data: bytes, content_type: str) -> Decoded:
    """Decodes a recording to mono.

    Raises:
        UnreadableAudio: it is damaged.
    """
    if content_type == "audio/mp4":
        return _decode_mp4(data)
    if content_type == "audio/webm":
        try:
            data = ogg_of_webm(data, most_s=MOST_S)
        except BrokenWebM as error:
            raise UnreadableAudio(str(error)) from error
    return _decode_plain(data)


def _decode_plain(data: bytes) -> Decoded:
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            total = file.frames / file.samplerate
            frames = file.read(int(MOST_S * file.samplerate), dtype="float32", always_2d=True)
            rate = file.samplerate
    except (soundfile.SoundFileError, RuntimeError, ValueError) as error:
        raise UnreadableAudio("The recording is damaged or of a kind that cannot be read.") from error
    if not len(frames):
        raise UnreadableAudio("The recording is empty.")
    mono = np.nan_to_num(frames.mean(axis=1), nan=0.0, posinf=1.0, neginf=-1.0).astype(np.float32)
    seconds = total if total > MOST_S else len(mono) / rate
    return Decoded(seconds, mono, rate)


def _decode_mp4(data: bytes) -> Decoded:
    length = mp4_length_s(data)
    if length is None:
        raise UnreadableAudio("The recording is damaged.")
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None or length > MOST_S:
        return Decoded(length, None, CLONE_RATE)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "sample.m4a")
        source.write_bytes(data)
        wanted = ("-t", str(MOST_S), "-vn", "-ac", "1", "-f", "wav", "-")
        command = (ffmpeg, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe", "-i", str(source), *wanted)
        try:
            done = subprocess.run(command, capture_output=True, timeout=_FFMPEG_WITHIN_S, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired):
            return Decoded(length, None, CLONE_RATE)
    if done.returncode != 0:
        raise UnreadableAudio("The recording is damaged.")
    return _decode_plain(done.stdout)


def clone_sample(decoded: Decoded) -> bytes | None:
    """The recording as a provider gets it: WAV, 16 bit, mono, 22 050 Hz; None when it could not be decoded."""
    if decoded.samples is None:
        return None
    out = io.BytesIO()
    samples = resampled(decoded.samples, decoded.rate, CLONE_RATE)
    soundfile.write(out, samples, CLONE_RATE, format="WAV", subtype="PCM_16")
    return out.getvalue()


def length_s(data: bytes) -> float | None:
    """Seconds of audio that was made for us; None when it cannot be told."""
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            seconds: float = round(file.frames / file.samplerate, 3)
    except (soundfile.SoundFileError, RuntimeError, ValueError):
        return None
    return seconds
