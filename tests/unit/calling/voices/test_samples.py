"""Samples are decoded by what they are, and measured on what is heard."""

import numpy as np
import pytest
from tests.unit.calling.voices import sounds

from callout.features.calling.errors import SampleTooLong, SampleTooNoisy, SampleTooShort
from callout.features.calling.voices.audio import CLONE_RATE, UnreadableAudio, clone_sample, decode, length_s
from callout.features.calling.voices.measuring import measure, resampled
from callout.features.calling.voices.mp4_length import mp4_length_s
from callout.features.calling.voices.samples import Recording, check_samples, check_statement
from callout.features.files.errors import TypeRefused
from callout.kit.errors import Unprocessable


@pytest.mark.parametrize(("kind", "subtype"), [("WAV", None), ("FLAC", None), ("MP3", None), ("OGG", "VORBIS")])
def test_a_recording_is_as_long_whatever_it_is_packed_in(kind: str, subtype: str | None) -> None:
    content = {"WAV": "audio/wav", "FLAC": "audio/flac", "MP3": "audio/mpeg", "OGG": "audio/ogg"}[kind]
    decoded = decode(sounds.recorded(sounds.speech(12), kind, subtype=subtype), content)
    assert decoded.duration_s == pytest.approx(12, abs=0.1)
    assert decoded.samples is not None
    assert measure(decoded.samples, decoded.rate).snr_db > 20


@pytest.mark.parametrize("known_sizes", [True, False])
def test_what_a_browser_records_is_heard(known_sizes: bool) -> None:
    data = sounds.webm(sounds.speech(11, rate=48_000), known_sizes=known_sizes)
    decoded = decode(data, "audio/webm")
    assert decoded.duration_s == pytest.approx(11, abs=0.1)
    assert decoded.samples is not None
    assert measure(decoded.samples, decoded.rate).speech_share > 0.3


def test_a_browser_recording_of_an_hour_is_not_decoded_whole() -> None:
    one = sounds.webm(sounds.speech(10, rate=48_000))
    head, cluster = one.index(b"\x1f\x43\xb6\x75"), one[one.index(b"\x1f\x43\xb6\x75") :]
    decoded = decode(one[:head] + cluster * 30, "audio/webm")
    assert 170 < decoded.duration_s < 190


@pytest.mark.parametrize("cut", [0, 40, 200, 3000])
def test_a_torn_recording_is_refused_or_read_as_far_as_it_goes(cut: int) -> None:
    data = sounds.webm(sounds.speech(3, rate=48_000))[:cut]
    try:
        decoded = decode(data, "audio/webm")
    except UnreadableAudio:
        return
    assert decoded.duration_s < 3


@pytest.mark.parametrize("fragmented", [True, False])
def test_the_length_of_an_m4a_is_read_from_its_boxes(fragmented: bool) -> None:
    assert mp4_length_s(sounds.m4a(30, fragmented=fragmented)) == pytest.approx(30, abs=0.05)
    assert mp4_length_s(b"\0\0\0\x08moov" * 3) is None


@pytest.mark.parametrize("snr_db", [10, 20, 30])
def test_the_noise_is_measured_where_nobody_speaks(snr_db: float) -> None:
    measured = measure(sounds.speech(20, snr_db=snr_db), sounds.RATE)
    assert measured.snr_db == pytest.approx(snr_db, abs=3.5)
    assert 0.3 < measured.speech_share < 0.9


def test_steady_noise_a_tone_and_silence_hold_no_speech() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(20 * sounds.RATE) / sounds.RATE).astype(np.float32)
    for samples in (sounds.noise(20), tone, np.zeros(20 * sounds.RATE, np.float32)):
        assert measure(samples, sounds.RATE).speech_share == 0


def test_peaks_that_are_cut_off_are_seen() -> None:
    loud = np.clip(sounds.speech(15) * 8, -1, 1)
    assert measure(loud, sounds.RATE).clipped_share > 0.01
    assert measure(sounds.speech(15), sounds.RATE).clipped_share == 0


def test_another_rate_keeps_the_sound_and_loses_what_it_cannot_hold() -> None:
    time = np.arange(48_000) / 48_000
    low, high = np.sin(2 * np.pi * 1000 * time), np.sin(2 * np.pi * 15_000 * time)
    made = resampled((0.4 * low + 0.4 * high).astype(np.float32), 48_000, CLONE_RATE)
    assert len(made) == CLONE_RATE
    expected = 0.4 * np.sin(2 * np.pi * 1000 * np.arange(CLONE_RATE) / CLONE_RATE)
    assert np.max(np.abs(made[500:-500] - expected[500:-500])) < 0.01


def test_a_provider_gets_mono_wav_of_22050_hz() -> None:
    stereo = np.stack([sounds.speech(10, rate=44_100)] * 2, axis=1)
    converted = clone_sample(decode(sounds.recorded(stereo, "FLAC", 44_100), "audio/flac"))
    assert converted is not None
    again = decode(converted, "audio/wav")
    assert (again.rate, round(again.duration_s, 1), length_s(converted)) == (22_050, 10.0, pytest.approx(10, abs=0.01))


async def test_ten_to_120_seconds_are_needed_in_all() -> None:
    with pytest.raises(SampleTooShort):
        await check_samples([Recording("a.wav", sounds.wav(8))])
    both = await check_samples([Recording("a.wav", sounds.wav(6)), Recording("b.wav", sounds.wav(6))])
    assert both.verdict.duration_s == 12
    with pytest.raises(SampleTooLong):
        await check_samples([Recording("a.wav", sounds.wav(70)), Recording("b.wav", sounds.wav(70))])


async def test_noise_and_silence_are_refused_by_the_name_of_the_file() -> None:
    good = Recording("a.wav", sounds.wav(12))
    for bad in (sounds.wav(12, snr_db=8), sounds.recorded(sounds.noise(12))):
        with pytest.raises(SampleTooNoisy) as refused:
            await check_samples([good, Recording("b.wav", bad)])
        assert refused.value.errors[0].field == "files.1"


async def test_better_samples_score_better() -> None:
    poor = (await check_samples([Recording("a.wav", sounds.wav(10.5, snr_db=19))])).verdict
    fine = (await check_samples([Recording("a.wav", sounds.wav(60, snr_db=45))])).verdict
    assert poor.score is not None
    assert fine.score is not None
    assert 0.3 < poor.score < 0.75 < fine.score <= 1
    assert {"short", "noisy"} <= set(poor.warnings)
    assert "short" not in fine.warnings


async def test_an_m4a_that_cannot_be_decoded_is_taken_by_its_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    checked = await check_samples([Recording("a.m4a", sounds.m4a(30))])
    assert (checked.verdict.duration_s, checked.verdict.warnings, checked.details) == (30.0, ("not_measured",), (None,))
    with pytest.raises(SampleTooShort):
        await check_samples([Recording("a.m4a", sounds.m4a(5))])


async def test_what_is_no_recording_is_refused_by_its_content() -> None:
    with pytest.raises(TypeRefused):
        await check_samples([Recording("a.mp3", b"<html><body>hello</body></html>")])
    with pytest.raises(Unprocessable):
        await check_samples([Recording("a.wav", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40))])


async def test_a_statement_must_be_spoken() -> None:
    assert await check_statement(Recording("s.wav", sounds.wav(4))) == 4.0
    for silent in (sounds.recorded(np.zeros(4 * sounds.RATE, np.float32)), sounds.wav(0.5)):
        with pytest.raises(Unprocessable):
            await check_statement(Recording("s.wav", silent))
