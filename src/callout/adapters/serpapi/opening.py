"""When a place is open and whether it still exists, out of the words of its listing. Pure."""

from typing import Any

from babel import Locale, UnknownLocaleError

from callout.features.prospecting.folding import folded
from callout.features.prospecting.hours import plain_hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GONE = (
    "permanently closed", "dauerhaft geschlossen", "définitivement fermé", "cerrado permanentemente",
    "cerrado definitivamente", "chiuso definitivamente", "fechado permanentemente", "encerrado permanentemente",
    "permanent gesloten", "zamknięte na stałe", "kal\u0131c\u0131 olarak kapal\u0131", "închis definitiv",
)  # fmt: skip
"""What Google writes over places that are gone."""
OPEN = ("open", "closes", "closing")
SHUT = ("closed", "opens", "temporarily")


def hours_of(result: dict[str, Any], language: str) -> dict[str, str] | None:
    """Day (mon … sun) → text; None where the listing has no week.

    A week comes as `operating_hours` (day → text) or as `hours`, which is an object or a list of objects of one day
    each. Where `hours` is a line of text it says how it is at the moment.
    """
    names = _day_names(language)
    for given in (result.get("operating_hours"), result.get("hours")):
        pairs: list[tuple[Any, Any]] = []
        for part in given if isinstance(given, list) else [given]:
            if isinstance(part, dict):
                pairs += part.items()
        week = {names.get(str(day).strip().casefold(), str(day)): text for day, text in pairs if text}
        ordered = sorted(week.items(), key=lambda pair: DAYS.index(pair[0]) if pair[0] in DAYS else len(DAYS))
        if plain := plain_hours(ordered):
            return plain
    return None


def open_now(result: dict[str, Any]) -> bool | None:
    """Whether the place is open at the moment, where the listing says so in English."""
    if is_gone(result):
        return False
    word = _state(result).replace("\u22c5", " ").replace("\u00b7", " ").casefold().split(maxsplit=1)[:1]
    if word and word[0] in OPEN:
        return True
    return False if word and word[0] in SHUT else None


def is_gone(result: dict[str, Any]) -> bool:
    """Whether the place is closed for good."""
    if result.get("permanently_closed") is True or result.get("business_status") == "CLOSED_PERMANENTLY":
        return True
    state = folded(_state(result))
    return any(folded(words) in state for words in GONE)


def _state(result: dict[str, Any]) -> str:
    texts = (result.get("open_state"), result.get("hours"))
    return next((text for text in texts if isinstance(text, str)), "")


def _day_names(language: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for code in ("en", language):
        try:
            wide = Locale.parse(code.replace("-", "_")).days["format"]["wide"]
        except (UnknownLocaleError, ValueError):
            continue
        names |= {wide[day].casefold(): DAYS[day] for day in range(7)}
    return names
