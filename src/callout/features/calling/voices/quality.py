"""Whether samples are good enough to clone a voice, and how good they are (pure; product specification §5.6, §6.18)."""

from collections.abc import Sequence

import msgspec

from callout.features.calling.errors import SampleTooLong, SampleTooNoisy, SampleTooShort
from callout.features.calling.voices.measuring import Measured

LEAST_S = 10.0
MOST_S = 120.0
LEAST_SNR_DB = 15.0
MOST_CLIPPED = 0.01
LEAST_SPEECH = 0.1
GOOD_S, GOOD_SNR_DB, GOOD_SPEECH = 60.0, 40.0, 0.6


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What samples are worth together.

    Attributes:
        snr_db: of the noisiest; None when none could be measured.
        score: 0..1; None when none could be measured.
        warnings: codes of what could be better.
    """

    duration_s: float
    snr_db: float | None
    score: float | None
    warnings: tuple[str, ...] = ()


def judge(durations_s: Sequence[float], measured: Sequence[Measured | None]) -> Verdict:
    """Judges the samples of one voice.

    Args:
        durations_s: of each sample.
        measured: of each sample; None for one that could not be decoded here.

    Raises:
        SampleTooShort, SampleTooLong: all samples together.
        SampleTooNoisy: one of them has too much noise, is cut off, or has no speech in it.
    """
    total = sum(durations_s)
    if total < LEAST_S:
        raise SampleTooShort.at("files", f"{total:.1f} s in all; {LEAST_S:.0f} to {MOST_S:.0f} s are needed")
    if total > MOST_S:
        raise SampleTooLong.at("files", f"{total:.1f} s in all; {LEAST_S:.0f} to {MOST_S:.0f} s are needed")
    known = [each for each in measured if each is not None]
    for number, each in enumerate(measured):
        if each is not None and (words := _complaint(each)):
            raise SampleTooNoisy.at(f"files.{number}", words)
    if not known:
        return Verdict(duration_s=round(total, 2), snr_db=None, score=None, warnings=("not_measured",))
    return Verdict(
        duration_s=round(total, 2),
        snr_db=min(each.snr_db for each in known),
        score=round(_score(total, known), 3),
        warnings=_warnings(total, known, is_whole=len(known) == len(measured)),
    )


def _complaint(sample: Measured) -> str | None:
    if sample.speech_share < LEAST_SPEECH:
        return "no speech was found in it"
    if sample.clipped_share > MOST_CLIPPED:
        return "it is recorded too loud: its peaks are cut off"
    if sample.snr_db < LEAST_SNR_DB:
        return f"the speech is only {sample.snr_db:.0f} dB above the noise; {LEAST_SNR_DB:.0f} dB are needed"
    return None


def _score(total: float, known: Sequence[Measured]) -> float:
    snr = min(each.snr_db for each in known)
    speech = sum(each.speech_share * each.duration_s for each in known) / sum(each.duration_s for each in known)
    clipped = max(each.clipped_share for each in known)
    return (
        0.4 * _between(snr, LEAST_SNR_DB, GOOD_SNR_DB, floor=0.3)
        + 0.3 * _between(total, LEAST_S, GOOD_S, floor=0.4)
        + 0.2 * _between(speech, LEAST_SPEECH, GOOD_SPEECH, floor=0.2)
        + 0.1 * (1 - clipped / MOST_CLIPPED)
    )


def _between(value: float, worst: float, best: float, *, floor: float) -> float:
    return floor + (1 - floor) * max(0.0, min(1.0, (value - worst) / (best - worst)))


def _warnings(total: float, known: Sequence[Measured], *, is_whole: bool) -> tuple[str, ...]:
    doubts = {
        "short": total < 30,
        "noisy": min(each.snr_db for each in known) < 25,
        "quiet": max(each.peak_db for each in known) < -20,
        "clipped": max(each.clipped_share for each in known) > 0.001,
        "many_pauses": min(each.speech_share for each in known) < 0.35,
        "not_measured": not is_whole,
    }
    return tuple(code for code, is_so in doubts.items() if is_so)
