"""Cells of a business file as values: text, numbers, addresses of the web, flags, lists. Pure."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

import msgspec

from callout.kit.text.formula_guard import unguarded

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,24}\b")
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
_WHOLE = re.compile(r"\(?(\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+|\d+)(?:\.0+)?\)?")
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,20})?", re.ASCII)
_WEB = re.compile(r"https?://[^/]", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+([/:?#]|$)")
_SIGNS = "$\u20ac\u00a3\u20b9\u20ba\u0e3f"
_WORDS = {"true": True, "yes": True, "1": True, "t": True, "y": True, "false": False, "no": False, "0": False}


def text(value: Any) -> str:
    """A cell as it is written; a spreadsheet's guard against formulas is taken off."""
    if value is None:
        return ""
    written = value if type(value) is str else str(value)
    return unguarded(written) if written[:1] == "'" else written


def line(value: Any, length: int) -> str | None:
    """One line of at most `length` characters; None without any."""
    if not value:
        return None
    return " ".join(text(value).replace("\0", "").split())[:length].rstrip() or None


def lines(value: Any, length: int) -> str | None:
    """Text that may have several lines."""
    return text(value).replace("\0", "").strip()[:length].rstrip() or None if value else None


def website(value: Any) -> str | None:
    """An address of the web; `https` is taken where none is written."""
    if not value:
        return None
    address = text(value).strip().replace("\0", "")
    if "." not in address or len(address.split(None, 1)) > 1:
        return None
    if "://" in address:
        return address[:500] if _WEB.match(address) else None
    return f"https://{address}"[:500] if _HOST.match(address) else None


def email(value: Any) -> str | None:
    """The first real address of a cell."""
    if not value or "@" not in (written := text(value)):
        return None
    for found in _EMAIL.finditer(written):
        address = found.group(0).lower()
        if not address.endswith(_PICTURE) and len(address) <= 254:
            return address
    return None


def rating(value: Any) -> Decimal | None:
    """A rating of up to five, to one decimal; 0 is none."""
    if not value:
        return None
    return _rating(text(value))


@lru_cache(maxsize=2000)
def _rating(written: str) -> Decimal | None:
    plain = written.strip().replace(",", ".")
    try:
        number = Decimal(plain) if plain and len(plain) < 40 else None
    except InvalidOperation:
        return None
    if number is None or not number.is_finite() or not 0 < number <= 5:
        return None
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def count(value: Any) -> int | None:
    """A whole number as people and spreadsheets write it: `1,234`, `(57)`, `16.0`."""
    if not value:
        return None
    written = text(value).strip()
    if written.isdecimal() and len(written) < 10:
        return int(written)
    found = _WHOLE.fullmatch(written)
    digits = re.sub(r"\D", "", found.group(1)) if found else ""
    return int(digits) if digits and len(digits) < 10 else None


def coordinate(value: Any, bound: int) -> float | None:
    """Degrees, at most `bound` either way."""
    written = text(value).strip()
    if not _NUMBER.fullmatch(written):
        return None
    number = float(written.replace(",", "."))
    return number if abs(number) <= bound else None


def price_level(value: Any) -> int | None:
    """`$$` or a level 0 to 4; a range of amounts is no level."""
    written = text(value).strip()
    if written in {"0", "1", "2", "3", "4"}:
        return int(written)
    is_signs = written and len(set(written)) == 1 and written[0] in _SIGNS and len(written) <= 4
    return len(written) if is_signs else None


def flag(value: Any) -> bool | None:
    """Yes, no, or nothing known."""
    return _WORDS.get(text(value).strip().casefold()) if value is not None else None


def document(value: Any) -> Any:
    """The object or list a cell holds as JSON; None when it holds none."""
    if isinstance(value, dict | list):
        return value
    if not isinstance(value, str) or value[:1] not in "{[" or len(value) < 3:
        return None
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def words(value: Any, *, most: int, length: int, separators: str = "|") -> list[str]:
    """A list of short texts: as JSON, or separated by one of the characters."""
    if not value:
        return []
    found = document(value)
    items = found if isinstance(found, list) else re.split(f"[{re.escape(separators)}]", text(value))
    return [one for item in items[:most] if (one := line(item, length))]


def zone(value: Any) -> str | None:
    """The name of a time zone that exists."""
    name = text(value).strip()
    return name if name in _zones() else None


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def mapping(value: Any) -> Mapping[str, Any]:
    """The JSON object of a cell, empty when it holds none."""
    found = document(value)
    return found if isinstance(found, dict) else {}
