"""What was really spoken of a text that was cut."""

from callout.adapters.pipecat_media import mu_law
from callout.adapters.pipecat_media.words import WordTimes
from callout.sandbox import mu_law as other


def test_a_word_counts_once_its_sound_has_ended() -> None:
    words = WordTimes("We repair your heating today")
    words.add([("We", 0.0), ("repair", 0.2), ("your", 0.6)])
    words.add([("heating", 0.8), ("today", 1.3)])
    assert words.spoken(0.1) == ""
    assert words.spoken(0.61) == "We repair"
    assert words.spoken(1.0) == "We repair your"
    assert words.spoken(1.35) == "We repair your heating"
    assert words.spoken(1.8, 1.8) == "We repair your heating today"


def test_without_times_the_letters_share_the_audio() -> None:
    words = WordTimes("aaaa bbbb cccc dddd")
    assert words.spoken(1.0, None) == ""
    assert words.spoken(1.0, 2.0) == "aaaa bbbb"
    assert words.spoken(2.0, 2.0) == words.text


def test_mu_law_is_that_of_the_other_side() -> None:
    codes = bytes(range(256))
    assert mu_law.to_pcm(codes) == other.pcm_of(codes)
    pcm = b"".join(value.to_bytes(2, "little", signed=True) for value in range(-32768, 32768, 7))
    assert mu_law.from_pcm(pcm) == other.ulaw_of(pcm)
    assert mu_law.from_pcm(b"\x00\x00\x01") == b"\xff"
