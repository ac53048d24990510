"""The voice one can understand carries its words too; without flite the usual sound does."""

import shutil

import numpy as np
import pytest

from callout.sandbox import flite
from callout.sandbox.marked_speech import say, words_in

TEXT = "Good morning, this is Mia, an AI assistant calling for Bright Homes. Größe 12?"


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100])
def test_understandable_speech_can_be_read(rate):
    said = say(TEXT, rate=rate, voice="flite:rms")
    assert words_in(said.pcm) == TEXT
    assert said.pcm != say(TEXT, rate=rate, voice="rms").pcm
    assert 3 < len(said.pcm) / 2 / rate < 8
    assert np.abs(np.frombuffer(said.pcm, "<i2")).max() / 32_768 == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("text", ["漢字", "…"])
def test_what_flite_cannot_say_sounds_as_usual(text):
    assert words_in(say(text, voice="flite:slt").pcm) == text


def test_without_flite_it_sounds_as_usual(monkeypatch):
    monkeypatch.setattr(flite, "_program", lambda: None)
    assert flite.sound_by_flite("Hello", rate=8_000, voice="slt", speed=1) is None
    assert words_in(say("Hello without flite.", voice="flite:slt").pcm) == "Hello without flite."
