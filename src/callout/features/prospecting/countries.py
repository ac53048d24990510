"""The country a listing says it is in: by code, or by its name in the languages listings come in. Pure."""

from collections.abc import Mapping
from functools import cache

import phonenumbers
from babel import Locale

from callout.features.prospecting.folding import folded

LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "ro")
SHORT_NAMES = {
    "usa": "US", "uk": "GB", "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northernireland": "GB", "turkey": "TR", "uae": "AE", "holland": "NL",
}  # fmt: skip


def country_by_code(text: str) -> str | None:
    """The ISO 3166-1 alpha-2 code a text is; `UK` is read as `GB`."""
    code = text.strip().upper()
    code = "GB" if code == "UK" else code
    return code if code in phonenumbers.SUPPORTED_REGIONS else None


def country_by_name(text: str) -> str | None:
    """The code of a country's name; a bare two-letter code is none, since it may as well be a state (CA, IL)."""
    return _names().get(folded(text))


@cache
def _names() -> Mapping[str, str]:
    names = {
        folded(str(name)): code
        for language in LANGUAGES
        for code, name in Locale(language).territories.items()
        if code in phonenumbers.SUPPORTED_REGIONS
    }
    return names | SHORT_NAMES
