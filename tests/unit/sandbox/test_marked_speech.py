"""Simulated speech: as long as speech, and whoever hears a word to its end can read it."""

import random
import warnings

import numpy as np
import pytest

from callout.sandbox.marked_speech import MarkReader, say, words_in
from callout.sandbox.mu_law import pcm_of, ulaw_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

TEXT = "Hello, this is Mia, calling for Bright Homes: a visit at 10:30 costs $250.00, größer als 漢字. Yes?"


def heard(parts):
    reader = MarkReader()
    return "".join(one.text for part in parts for one in reader.feed_ulaw(part))


def test_codes_are_those_of_the_standard():
    codes = bytes(range(256))
    assert pcm_of(codes) == audioop.ulaw2lin(codes, 2)
    assert audioop.lin2ulaw(pcm_of(codes), 2) == ulaw_of(pcm_of(codes))


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000, 44_100])
def test_what_is_said_can_be_read(rate):
    assert words_in(say(TEXT, rate=rate).pcm) == TEXT


def test_it_lasts_as_long_as_speech():
    said = say(TEXT)
    assert len(said.pcm) / 16_000 == pytest.approx(len(TEXT) / 15.4, rel=0.01)
    assert len(say(TEXT, speed=2.0).pcm) == pytest.approx(len(said.pcm) / 2, rel=0.01)
    assert said.words[-1].end_s == pytest.approx(len(said.pcm) / 16_000, abs=0.001)


def test_it_is_as_loud_as_speech():
    samples = np.frombuffer(say(TEXT).pcm, "<i2") / 32_768
    assert 0.2 < np.abs(samples).max() < 0.4


def test_it_survives_a_phone_line_cut_into_frames_of_any_length():
    ulaw, dice, parts = ulaw_of(say(TEXT).pcm), random.Random(4), []
    while ulaw:
        cut = dice.choice([1, 80, 160, 161, 320])
        parts, ulaw = [*parts, audioop.lin2ulaw(audioop.ulaw2lin(ulaw[:cut], 2), 2)], ulaw[cut:]
    assert heard(parts) == TEXT


def test_a_cut_word_is_not_heard_and_the_ones_before_are():
    said = say("One two three.")
    until = round((said.words[1].end_s + 0.05) * 8_000)
    assert heard([ulaw_of(said.pcm)[:until]]) == "One two "


def test_lost_frames_lose_only_their_words():
    ulaw = ulaw_of(say("One two three four five six.").pcm)
    frames = [ulaw[at : at + 160] for at in range(0, len(ulaw), 160)]
    del frames[20]
    said = heard(frames)
    assert said.startswith("One two ")
    assert said.endswith("six.")


def test_a_reader_that_joins_late_hears_the_rest():
    ulaw = ulaw_of(say("One two three four.").pcm)
    assert heard([ulaw[2_500:]]).endswith("three four.")


def test_other_sounds_say_nothing():
    noise = np.random.default_rng(1).normal(0, 3_000, 400_000).astype("<i2").tobytes()
    assert words_in(noise) == ""
    assert words_in(b"\x00" * 16_000) == ""


def test_nothing_to_say_is_no_sound():
    assert say("  ").pcm == b""


def test_two_utterances_are_told_apart_by_their_numbers():
    reader = MarkReader()
    words = reader.feed_ulaw(ulaw_of(say("Yes please.").pcm) + ulaw_of(say("Good bye.").pcm))
    assert [(one.text, one.number) for one in words] == [("Yes ", 0), ("please.", 1), ("Good ", 0), ("bye.", 1)]
