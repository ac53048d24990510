"""Words and when they were said, as the transcripts of the ElevenLabs simulator tell them. Pure."""

from collections.abc import Iterable
from typing import Any

from callout.sandbox.marked_speech import Heard
from callout.sandbox.vowels import LETTER_S


def told_words(heard: Iterable[Heard], rate: int, **further: Any) -> list[dict[str, Any]]:
    """Words and the spaces between them, in seconds from the start.

    Args:
        heard: in order.
        rate: samples per second of what was heard.
        further: members every row has besides.
    """
    rows: list[dict[str, Any]] = []
    for one in heard:
        word = one.text.strip()
        end = one.at / rate - LETTER_S * (len(one.text) - len(one.text.rstrip()))
        start = max(0.0, end - LETTER_S * len(word))
        if rows:
            rows.append(_row(" ", rows[-1]["end"], round(start, 3), "spacing", further))
        rows.append(_row(word, round(start, 3), round(end, 3), "word", further))
    return rows


def _row(text: str, start: float, end: float, kind: str, further: dict[str, Any]) -> dict[str, Any]:
    sure = {"logprob": -0.02} if kind == "word" else {}
    return {"text": text, "start": start, "end": end, "type": kind, **further, **sure}
