"""The words printed on documents, in every language we have them."""

import json
from functools import cache
from importlib.resources import files

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ckb", "dv"})


def base_language(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.replace("_", "-").split("-")[0].lower()


@cache
def _all_labels() -> dict[str, dict[str, str]]:
    text = files("callout.features.billing").joinpath("data/labels.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


def languages() -> list[str]:
    """Languages with their own words."""
    return sorted(_all_labels())


def labels(language: str) -> dict[str, str]:
    """The words of a language (BCP 47); its base language, then English stand in for missing ones."""
    words = _all_labels()
    return {**words[FALLBACK], **words.get(base_language(language), {})}


def is_right_to_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    return base_language(language) in RIGHT_TO_LEFT
