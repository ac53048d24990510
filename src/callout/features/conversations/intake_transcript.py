"""Turns from a transcript that came as one text."""

import re
from typing import Literal

from callout.features.conversations.intake_model import IncomingTurn
from callout.features.conversations.intake_values import text

_MAX_TURN_CHARS = 8000
_PREFIX = re.compile(
    r"(?:^[ \t]*(?P<own>agent|ai|assistant|customer|user|human)|(?<=\s)(?P<inline>Agent|AI|Customer|User))[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_OURS = {"agent", "ai", "assistant"}


def split_transcript(transcript: str) -> tuple[IncomingTurn, ...]:
    """Splits a text at "Agent:", "AI:", "Customer:" and "User:"; without them it is one customer turn.

    Words before the first prefix are the customer's. Inside a line only a capitalised prefix counts, so that
    "tell the user: no" stays one sentence.
    """
    marks = [found for found in _PREFIX.finditer(transcript) if _counts(found)]
    if not marks:
        return _turns([("customer", transcript)])
    parts: list[tuple[Literal["agent", "customer"], str]] = [("customer", transcript[: marks[0].start()])]
    for mark, following in zip(marks, [*marks[1:], None], strict=True):
        end = following.start() if following else len(transcript)
        name = (mark["own"] or mark["inline"]).lower()
        parts.append(("agent" if name in _OURS else "customer", transcript[mark.end() : end]))
    return _turns(parts)


def _counts(found: re.Match[str]) -> bool:
    inline = found["inline"]
    return inline is None or inline[0].isupper()


def _turns(
    parts: list[tuple[Literal["agent", "customer"], str]],
) -> tuple[IncomingTurn, ...]:
    cleaned = ((speaker, text(words, _MAX_TURN_CHARS)) for speaker, words in parts)
    return tuple(IncomingTurn(speaker=speaker, content=words) for speaker, words in cleaned if words)
