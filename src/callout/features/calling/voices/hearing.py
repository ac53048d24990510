"""Decodes and measures recordings; slow, and run in a thread by `samples`."""

from collections.abc import Sequence

import msgspec

from callout.features.calling.voices import audio
from callout.features.calling.voices.measuring import Measured, measure
from callout.features.calling.voices.quality import MOST_S, judge
from callout.features.calling.voices.samples import Checked, Recording
from callout.kit.errors import Unprocessable

STATEMENT_LEAST_S = 1.5
STATEMENT_MOST_S = 120.0


def check_samples(recordings: Sequence[Recording]) -> Checked:
    """See `samples.check_samples`."""
    measured: list[Measured | None] = []
    durations: list[float] = []
    for number, recording in enumerate(recordings):
        decoded = _decode(recording, f"files.{number}")
        durations.append(round(decoded.duration_s, 2))
        samples = decoded.samples if sum(durations) <= MOST_S else None  # longer is refused by its length alone
        measured.append(None if samples is None else measure(samples, decoded.rate))
    verdict = judge(durations, measured)
    return Checked(verdict, tuple(durations), tuple(msgspec.to_builtins(each) for each in measured))


def check_statement(recording: Recording) -> float:
    """See `samples.check_statement`."""
    field = "consent_audio"
    decoded = _decode(recording, field)
    if not STATEMENT_LEAST_S <= decoded.duration_s <= STATEMENT_MOST_S:
        raise Unprocessable.at(field, f"{decoded.duration_s:.1f} s: saying the statement takes some seconds")
    if decoded.samples is not None and measure(decoded.samples, decoded.rate).speech_share == 0:
        raise Unprocessable.at(field, "no speech was found in it")
    return round(decoded.duration_s, 2)


def clone_sample(recording: Recording) -> tuple[str, bytes]:
    """See `samples.clone_sample`."""
    converted = audio.clone_sample(_decode(recording, "files"))
    return ("audio/wav", converted) if converted is not None else (recording.content_type, recording.data)


def _decode(recording: Recording, field: str) -> audio.Decoded:
    try:
        return audio.decode(recording.data, recording.content_type)
    except audio.UnreadableAudio as error:
        raise Unprocessable.at(field, str(error), code="unreadable_audio") from error
