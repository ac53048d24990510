"""The texts every tenant starts with, read once from `data/<language>.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from callout.features.notifications.catalogue import KINDS, channels_of

LANGUAGES: Final = ("en", "es", "hi")
_DATA: Final = Path(__file__).parent / "data"
_MEMBER: Final[Mapping[str, str]] = {
    "in_app": "in_app",
    "email": "email",
    "push": "short",
    "sms": "short",
    "whatsapp": "short",
}


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of message says on one channel in one language."""

    key: str
    channel: str
    language: str
    subject: str | None
    body: str


def default_text(key: str, channel: str, language: str) -> Text | None:
    """The built-in text; None where that language has none."""
    texts = _texts(language).get(key) if language in LANGUAGES else None
    body = texts.get(_MEMBER[channel]) if texts else None
    if texts is None or body is None:
        return None
    return Text(key=key, channel=channel, language=language, subject=texts.get("subject"), body=body)


def default_texts() -> list[Text]:
    """Every built-in text of a channel its kind is sent on."""
    found = (
        default_text(key, channel, language)
        for key in KINDS
        for channel in sorted(channels_of(key))
        for language in LANGUAGES
    )
    return [text for text in found if text is not None]


def languages_to_try(*wanted: str | None) -> list[str]:
    """Languages in order of preference, regional ones followed by their base, English last."""
    order: list[str] = []
    for language in (*wanted, "en"):
        if language:
            order += [language.lower(), language.lower().split("-")[0]]
    return list(dict.fromkeys(order))


@cache
def _texts(language: str) -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((_DATA / f"{language}.toml").read_text(encoding="utf-8"))
