"""Names compared without accents, case and punctuation. Pure."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "\u0131": "i", "ħ": "h"}
)
"""Letters that are no accented form of another one."""
_GAPS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Lower-case letters without accents, words parted by one space: `São José-dos Campos` → `sao jose dos campos`."""
    folded = text.casefold()
    if not folded.isascii():
        folded = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
        folded = "".join(character for character in folded if not unicodedata.combining(character))
    return _GAPS.sub(" ", folded).strip()
