"""What a phone line and a recogniser make of speech. Seeded; numbers stay, for a wrong digit is another story."""

from __future__ import annotations

import re
from random import Random

from callout.features.conversations.text import word_list

_FILLERS = ("um,", "uh,", "well,", "so,", "hmm,")
_SMALL = re.compile(r"\b(?:the|a|just|really|very)\b ", re.IGNORECASE)


def heard_as(text: str, random: Random, level: int) -> str:
    """A line as the recogniser writes it.

    Args:
        text: as it was said.
        random: seeded.
        level: 0 clean, 1 with fillers and lost small words, 2 also without capitals and marks.
    """
    if level >= 1:
        if random.random() < 0.4:
            text = f"{random.choice(_FILLERS).capitalize()} {text if _is_name(text) else text[:1].lower() + text[1:]}"
        if random.random() < 0.3:
            text = _SMALL.sub("", text, count=1)
    if level >= 2:
        text = re.sub(r"(?<!\d)[.,!?;:](?!\d)|[.,!?;:]$", "", text).lower()
    return text


def _is_name(text: str) -> bool:
    first = text.split(" ", 1)[0]
    return first[:1].isupper() and first.lower() not in _COMMON


_COMMON = word_list(
    "yes no my it it's the i i'm we we're what who how can could that that's sorry hello please tomorrow on is not do "
    "don't are this there you okay sure at in"
)
