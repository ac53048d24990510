"""Looking at the recordings somebody sends: what they are, how long, how good."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from callout.features.calling.voices.quality import Verdict
from callout.features.files.contents import HEAD_BYTES, recognise
from callout.features.files.errors import TypeRefused
from callout.features.files.rules import AUDIO


class Recording(msgspec.Struct, frozen=True):
    """A file as it was sent."""

    filename: str
    data: bytes

    @property
    def content_type(self) -> str:
        """What it is, by its content.

        Raises:
            TypeRefused: no recording.
        """
        found = recognise(self.data[:HEAD_BYTES], self.filename)
        if found not in AUDIO:
            raise TypeRefused(f"The content is {found}; send mp3, wav, m4a, flac, webm or ogg.")
        return found


class Checked(msgspec.Struct, frozen=True):
    """Samples that may be cloned.

    Attributes:
        durations_s: of each.
        details: what was measured on each, as JSON; null for one that could not be decoded here.
    """

    verdict: Verdict
    durations_s: tuple[float, ...]
    details: tuple[dict[str, Any] | None, ...]


async def check_samples(recordings: Sequence[Recording]) -> Checked:
    """Decodes and judges the samples of a voice, off the event loop.

    Raises:
        TypeRefused: one is no recording by its content.
        SampleTooShort, SampleTooLong, SampleTooNoisy: see `quality.judge`.
        Unprocessable: one is damaged.
    """

    def check() -> Checked:
        from callout.features.calling.voices import hearing  # noqa: PLC0415 - numpy and libsndfile only where needed

        return hearing.check_samples(recordings)

    return await asyncio.to_thread(check)


async def check_statement(recording: Recording) -> float:
    """How long a spoken statement is, in seconds.

    Raises:
        TypeRefused: it is no recording by its content.
        Unprocessable: it is damaged, too short to say anything, longer than two minutes, or silent.
    """

    def check() -> float:
        from callout.features.calling.voices import hearing  # noqa: PLC0415

        return hearing.check_statement(recording)

    return await asyncio.to_thread(check)


async def clone_sample(recording: Recording) -> tuple[str, bytes]:
    """A recording as a provider gets it, with its type: mono WAV of 22 050 Hz where it can be decoded here.

    Raises:
        Unprocessable: it is damaged.
    """

    def convert() -> tuple[str, bytes]:
        from callout.features.calling.voices import hearing  # noqa: PLC0415

        return hearing.clone_sample(recording)

    return await asyncio.to_thread(convert)


async def length_of(audio: bytes) -> float | None:
    """Seconds of audio that was made for us; None when it cannot be told."""

    def measure() -> float | None:
        from callout.features.calling.voices import audio as decoding  # noqa: PLC0415

        return decoding.length_s(audio)

    return await asyncio.to_thread(measure)
