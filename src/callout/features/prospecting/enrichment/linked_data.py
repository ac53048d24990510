"""What a page tells about its business as structured data (schema.org in JSON-LD). Pure.

Source: schema.org LocalBusiness and its properties email, telephone, sameAs, openingHours, openingHoursSpecification.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

MOST_NODES = 2000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = {
    name: day
    for day in DAYS
    for name in (day, day[:2], {"tue": "tues", "thu": "thurs", "wed": "weds"}.get(day, day))
} | {
    "monday": "mon", "tuesday": "tue", "wednesday": "wed", "thursday": "thu", "friday": "fri", "saturday": "sat",
    "sunday": "sun",
}  # fmt: skip
_SPAN = re.compile(r"([A-Za-z][A-Za-z,\s-]*?)\s*:?\s*(\d{1,2}:\d{2})(?::\d{2})?\s*[-\u2013]\s*(\d{1,2}:\d{2})")
_CONTROL = re.compile(r"[\x00-\x1f]")
_TRAILING = re.compile(r",\s*([}\]])")


class LinkedFacts(msgspec.Struct, frozen=True):
    """What a page's structured data tells."""

    emails: list[str]
    phones: list[str]
    same_as: list[str]
    hours: dict[str, str] | None


def read_linked_data(blocks: list[str]) -> LinkedFacts:
    """Reads the JSON-LD blocks of a page; what cannot be read is passed over."""
    emails: list[str] = []
    phones: list[str] = []
    same_as: list[str] = []
    hours: dict[str, list[str]] = {}
    for node in (node for block in blocks for node in _nodes(_parsed(block))):
        emails += _texts(node.get("email"))
        phones += _texts(node.get("telephone"))
        same_as += _texts(node.get("sameAs"))
        for day, span in (*_written(node.get("openingHours")), *_specified(node.get("openingHoursSpecification"))):
            if span not in hours.setdefault(day, []):
                hours[day].append(span)
    ordered = {day: ", ".join(hours[day]) for day in DAYS if day in hours}
    return LinkedFacts(emails, phones, same_as, ordered or None)


def _parsed(block: str) -> Any:
    text = block.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
    for attempt in (text, _TRAILING.sub(r"\1", _CONTROL.sub(" ", text))):
        try:
            return msgspec.json.decode(attempt)
        except (msgspec.DecodeError, RecursionError):
            continue
    return None


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [value], 0
    while waiting and seen < MOST_NODES:
        seen += 1
        current = waiting.pop(0)
        if isinstance(current, dict):
            if not _is_about_something_else(current):
                yield current
            waiting += [each for name, each in current.items() if name != "review" and isinstance(each, dict | list)]
        elif isinstance(current, list):
            waiting += current


def _is_about_something_else(node: dict[str, Any]) -> bool:
    kinds = set(_texts(node.get("@type")))
    return bool(kinds & {"Review", "Article", "BlogPosting", "NewsArticle", "JobPosting", "Event", "Product", "Offer"})


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each.strip() for each in values if isinstance(each, str) and each.strip()]


def _written(value: Any) -> Iterator[tuple[str, str]]:
    for text in _texts(value):
        for days, opens, closes in _SPAN.findall(text):
            for day in _days(days):
                yield day, _span(opens, closes)


def _specified(value: Any) -> Iterator[tuple[str, str]]:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, dict) or "validFrom" in each:  # holidays
            continue
        opens, closes = (str(each.get(name) or "")[:5] for name in ("opens", "closes"))
        if not re.fullmatch(r"\d{1,2}:\d{2}", opens) or not re.fullmatch(r"\d{1,2}:\d{2}", closes):
            continue
        for name in _texts(each.get("dayOfWeek")):
            if day := _DAY.get(name.rpartition("/")[2].lower()):
                yield day, _span(opens, closes)


def _span(opens: str, closes: str) -> str:
    start, end = opens.zfill(5), closes.zfill(5)
    if (start, end) == ("00:00", "00:00"):
        end = "24:00"
    return "closed" if start == end else f"{start}\u2013{end}"


def _days(text: str) -> Iterator[str]:
    """The days of `Mo-Fr`, `Mo,We,Fr` or `Sa Su`."""
    for part in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", text.strip().lower())):
        first, _, last = part.partition("-")
        if first not in _DAY or (last and last not in _DAY):
            continue
        start = DAYS.index(_DAY[first])
        length = (DAYS.index(_DAY[last]) - start) % 7 if last else 0
        yield from (DAYS[(start + step) % 7] for step in range(length + 1))
