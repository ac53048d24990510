"""Whether the first sentence of a call says who calls and that no human speaks (pure; product specification §10.2)."""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

DEFAULT_LINE: Final = "Hello, this is {agent_name}, an AI assistant calling for {business_name}."
_MARKS = frozenset({"Mn", "Mc"})


def complaint(line: str, language: str) -> str | None:
    """What is missing from a disclosure line, in words for a person; None when nothing is.

    Args:
        line: with its variables.
        language: BCP 47; the terms of its base language count, and the English ones always do.
    """
    if "{business_name}" not in line:
        return "must contain {business_name}: the first sentence says for whom the call is"
    if not any(_holds(line, term) for term in terms_of(language)):
        return f"must say that an AI speaks, for example: {', '.join(terms_of(language)[:4])}"
    return None


def terms_of(language: str) -> tuple[str, ...]:
    """The words by which a language says that no human speaks, its own before the English ones."""
    known = _terms()
    base = language.partition("-")[0].lower()
    return tuple(dict.fromkeys((*known.get(base, ()), *known["en"])))


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    data = tomllib.loads(files(__package__).joinpath("disclosure.toml").read_text("utf-8"))
    return {language: tuple(terms) for language, terms in data["terms"].items()}


def _holds(line: str, term: str) -> bool:
    """Whole words only, but for scripts that do not part words by spaces."""
    text, wanted = _folded(line), _folded(term)
    if not wanted.isascii() and any(_is_unspaced(letter) for letter in wanted):
        return wanted in text
    start = text.find(wanted)
    while start != -1:
        end = start + len(wanted)
        if not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1])):
            return True
        start = text.find(wanted, start + 1)
    return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or (letter != "" and unicodedata.category(letter) in _MARKS)


def _is_unspaced(letter: str) -> bool:
    return (
        "\u0e00" <= letter <= "\u0eff" or "\u3040" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff"
    )  # Thai and Lao, kana, Han
