"""Dates and times in speech, resolved against the start of the call in the callee's zone."""

# ruff: noqa: E501 - the patterns read better in long lines

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from dateparser.date import DateDataParser

from callout.features.conversations.numerals import ORDINALS, TENS, UNITS

DayPart = Literal["morning", "afternoon", "evening", "night"]

_HOURS = {word: value for word, value in UNITS.items() if 1 <= value <= 12}
_SMALL = {
    **UNITS,
    **TENS,
    **{f"{ten} {unit}": TENS[ten] + value for ten in TENS for unit, value in UNITS.items() if 1 <= value <= 9},
}
_WEEKDAYS = {
    "monday": 0, "mon": 0, "tuesday": 1, "tue": 1, "tues": 1, "wednesday": 2, "wed": 2, "weds": 2,
    "thursday": 3, "thu": 3, "thurs": 3, "thur": 3, "friday": 4, "fri": 4, "saturday": 5, "sunday": 6,
    "mondays": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4, "saturdays": 5, "sundays": 6,
}  # fmt: skip
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1)
    for name in names.split()
}  # fmt: skip
_PARTS: dict[DayPart, tuple[int, int]] = {
    "morning": (8, 12),
    "afternoon": (12, 17),
    "evening": (17, 21),
    "night": (19, 23),
}


def _any(words: object) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))  # type: ignore[call-overload]


_HOUR = rf"(?:\d{{1,2}}|{_any(_HOURS)})"
_MINUTE_WORDS = r"(?:oh (?:one|two|three|four|five|six|seven|eight|nine)|thirty|fifteen|forty[ -]five|fifty[ -]five|twenty[ -]five|thirty[ -]five|ten|twenty|forty|fifty)"
_OCLOCK = r"(?:\s?o\s?['\"\u2019]?\s?clock)"
_MERIDIAN = r"(?:[ap]\.\s?m\b\.?|[ap]\s?m\b)"
_PART = r"(?:morning|afternoon|evening|night)"
_TAIL = rf"(?:\s?(?P<mer>{_MERIDIAN})|\s+(?:in\s+the|at)\s+(?P<part>{_PART}))"
_AFTER_BARE = (
    r"(?=\s*(?:$|[.,](?!\d)|[;!?…)]|(?:on|please|or|and|then|tomorrow|today|sharp|works?|would|is|will|if|for|this|next|that|"
    r"with|works|okay|ok|thanks|thank|instead|i|we|the|day|monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"to|at|in|but|when|so|with|should|sounds|my|you|can|could)\b))"
)
_TIME = re.compile(
    rf"""
    (?<![\w$£€#.-])(?:
      (?P<rel>half|quarter|\d{{1,2}}(?:\s+minutes)?|(?:five|ten|twenty|twenty[ -]five)(?:\s+minutes)?)\s+
        (?P<dir>past|to|after|til|till)\s+(?P<rhour>{_HOUR}){_OCLOCK}?(?:\s?(?P<rmer>{_MERIDIAN})|\s+(?:in\s+the|at)\s+(?P<rpart>{_PART}))?(?![\w:])
    | (?<!good\ )(?P<lpart>{_PART})\s+(?:at\s+|around\s+|by\s+)?(?P<lhour>{_HOUR})(?:[:.](?P<lmin>[0-5]\d))?{_OCLOCK}?(?:\s?(?P<lmer>{_MERIDIAN}))?(?!\w|[:.]\d)
    | (?P<hour>{_HOUR})(?:(?:[:.]\s?|\s)(?P<min>[0-5]\d)|\s(?P<wmin>{_MINUTE_WORDS}))?{_OCLOCK}?{_TAIL}(?!\w)
    | (?P<chour>[01]?\d|2[0-3]):(?P<cmin>[0-5]\d)(?!\d|:)
    | (?P<ohour>{_HOUR}){_OCLOCK}(?!\w)
    | (?P<name>noon|midday|midnight)\b
    | (?:(?<=\bat\ )|(?<=\baround\ )|(?<=\bby\ )|(?<=\babout\ )|(?<=\bbefore\ )|(?<=\bafter\ )|(?<=\buntil\ )|(?<=\btill\ ))
        (?P<bhour>{_HOUR})(?:\s(?P<bmin>{_MINUTE_WORDS}|[0-5]\d))?{_AFTER_BARE}
    )
    """,
    re.VERBOSE,
)
_BARE_REPLY = re.compile(
    rf"^\W*(?:at |around |maybe |about |uh |um |let's say |say |how about |yes |ok |okay )*(?P<hour>{_HOUR})(?:[: ](?P<min>[0-5]\d|{_MINUTE_WORDS}))?(?:\s+(?:is|works|please|would|sounds|thanks)\b.*)?\W*$"
)
_PART_OF_DAY = re.compile(
    rf"\b(?:in the |this |tomorrow |{_any(_WEEKDAYS)} )(?P<part>{_PART})s?\b|\b(?P<tonight>tonight)\b"
)

_WEEKDAY = _any(_WEEKDAYS)
_MONTH = _any(_MONTHS)
_DAY = r"(?:[0-2]?\d|3[01])"
_ORDINAL = _any(ORDINALS)
_YEAR = r"(?:,?\s+(?P<{0}>20\d\d))?"
_COUNT = rf"(?P<count>\d{{1,3}}|a couple of|a few|a|an|{_any(_HOURS)})"
_DATE = re.compile(
    rf"""
    (?<![\w/])(?:
      (?P<after>day\s+after\s+(?:tomorrow|tommorow|tmrw))
    | (?:(?:later|early|earlier)\s+)?(?P<today>today)
    | (?P<tomorrow>tomorrow|tommorow|tomorow|tmrw)
    | (?P<tonight>tonight)
    | (?P<m1>{_MONTH})\.?\s+(?:the\s+)?(?:(?P<d1>{_DAY})(?:\s?(?:st|nd|rd|th))?|(?P<w1>{_ORDINAL}))(?![:\d]){_YEAR.format("y1")}
    | (?:(?P<d2>{_DAY})(?:\s?(?:st|nd|rd|th))?|(?P<w2>{_ORDINAL}))\s+(?:day\s+)?(?:of\s+)?(?P<m2>{_MONTH})\b{_YEAR.format("y2")}
    | (?:(?P<d3>{_DAY})\s?(?:st|nd|rd|th)|(?P<w3>{_ORDINAL}))\s+of\s+(?P<rel3>this|the|next)\s+month
    | (?P<wd1>{_WEEKDAY})\s+(?:of\s+)?(?P<rel1>next|this|the\s+following)\s+week
    | (?:a\s+)?(?P<wk4>week)\s+from\s+(?P<wd4>{_WEEKDAY}|today|tomorrow)
    | (?:(?P<rel2>next|this\s+coming|this|coming|upcoming)\s+)?(?P<wd2>{_WEEKDAY})
    | the\s+(?:(?P<d5>{_DAY})\s?(?:st|nd|rd|th)|(?:(?<=\bon\ the\ )|(?<=\bfor\ the\ )|(?<=\bby\ the\ ))(?P<w5>{_ORDINAL}))(?!\s*(?:(?:day\s+)?of\s+(?:{_MONTH}|this|the|next)\b|(?:{_MONTH})\b|one|time|floor|street|st\b|ave|avenue|option|choice|thing|place|person|part|half|hand|appointment|property|apartment|dentist|doctor|house|unit|week|month|salon|step|bedroom|bathroom|show|therapist))
    | (?P<iso>20\d\d-[01]?\d-[0-3]?\d)
    | (?P<numeric>[0-3]?\d[/][0-3]?\d(?:[/](?:20)?\d\d)?)
    | (?P<rel6>next|this|coming|the\s+following)\s+(?P<unit6>week|weekend|month)
    | (?:in|within)\s+(?:the\s+next\s+)?{_COUNT}\s+(?P<unit7>day|week|month)s?
    | (?P<count8>\d{{1,2}}|{_any(_HOURS)})\s+(?P<unit8>day|week|month)s?\s+from\s+(?:now|today)
    | (?:by\s+)?(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?(?P<unit9>week|month)
    )(?!\w)
    """,
    re.VERBOSE,
)


class TimeMention(NamedTuple):
    """A time of day in a text; `sure` is false when morning or afternoon had to be guessed."""

    start: int
    end: int
    at: time
    sure: bool


class DateMention(NamedTuple):
    """A day or a span of days in a text; `until` is exclusive."""

    start: int
    end: int
    day: date
    until: date
    exact: bool


class PartMention(NamedTuple):
    """A part of the day, as hours from and to."""

    start: int
    end: int
    opens: int
    closes: int


def folded(text: str) -> str:
    """`text` in lower case with straight apostrophes and the same offsets."""
    lowered = text.replace("\u2019", "'").lower()
    return lowered if len(lowered) == len(text) else text


def times(text: str, asked: bool = False) -> list[TimeMention]:
    """The times of day in `text` (already `folded`).

    `asked`: the turn before asked for a time, so that a bare number is one.
    """
    found = [mention for match in _TIME.finditer(text) if (mention := _time_of(match))]
    if not found and asked and (match := _BARE_REPLY.match(text)):
        hour, minute = _hour(match["hour"]), _minute(match["min"])
        if hour is not None and minute is not None:
            last = "min" if match["min"] else "hour"
            found.append(TimeMention(match.start("hour"), match.end(last), time(_office_hour(hour), minute), False))
    return found


def parts_of_day(text: str) -> list[PartMention]:
    """The parts of a day in `text` (already `folded`): "in the morning", "tonight"."""
    found = []
    for match in _PART_OF_DAY.finditer(text):
        part: DayPart = "night" if match["tonight"] else match["part"]  # type: ignore[assignment]
        group = "tonight" if match["tonight"] else "part"
        found.append(PartMention(match.start(group), match.end(group), *_PARTS[part]))
    return found


def dates(text: str, today: date, region: str = "US") -> list[DateMention]:
    """The dates in `text` (already `folded`), relative to `today`; `region` orders 3/4."""
    found = []
    for match in _DATE.finditer(text):
        resolved = _date_of(match, today, region)
        if resolved:
            found.append(DateMention(match.start(), match.end(), *resolved))
    return found


def _time_of(match: re.Match[str]) -> TimeMention | None:
    start, end = match.span()
    group = match.groupdict()
    if group["name"]:
        return TimeMention(start, end, time(0 if group["name"] == "midnight" else 12), True)
    if group["rel"]:
        hour = _hour(group["rhour"])
        minutes = _relative_minutes(group["rel"])
        if hour is None or minutes is None:
            return None
        known = group["rmer"] or group["rpart"]
        forward = group["dir"] in ("past", "after")
        resolved = _clock_hour(hour, group["rmer"], group["rpart"])
        total = resolved * 60 + (minutes if forward else -minutes)
        total %= 24 * 60
        return TimeMention(start, end, time(total // 60, total % 60), bool(known))
    for prefix, minute_key, meridian_key, part_key in (
        ("lhour", "lmin", "lmer", "lpart"),
        ("hour", "min", "mer", "part"),
        ("chour", "cmin", None, None),
        ("ohour", None, None, None),
        ("bhour", "bmin", None, None),
    ):
        if not group[prefix]:
            continue
        hour = _hour(group[prefix])
        minute = _minute(group[minute_key] if minute_key else None)
        if prefix == "hour" and group["wmin"]:
            minute = _minute(group["wmin"])
        if hour is None or minute is None or hour > 23:
            return None
        meridian = group[meridian_key] if meridian_key else None
        part = group[part_key] if part_key else None
        if prefix == "bhour" and (hour == 0 or hour > 12):
            return None
        sure = bool(meridian or part) or hour > 12 or hour == 0 or (len(group[prefix]) == 2 and group[prefix][0] == "0")
        return TimeMention(start, end, time(_clock_hour(hour, meridian, part), minute), sure)
    return None


def _clock_hour(hour: int, meridian: str | None, part: str | None) -> int:
    if hour > 12 or hour == 0:
        return hour % 24
    if meridian:
        return hour % 12 + (12 if meridian[0] == "p" else 0)
    if part == "morning":
        return hour
    if part in ("afternoon", "evening"):
        return hour % 12 + 12
    if part == "night":
        return 0 if hour == 12 else hour if hour < 5 else hour + 12
    return _office_hour(hour)


def _office_hour(hour: int) -> int:
    return hour + 12 if 1 <= hour <= 7 else hour


def _hour(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if text.isdigit() else _HOURS.get(text)


def _minute(text: str | None) -> int | None:
    if not text:
        return 0
    if text.isdigit():
        return int(text)
    text = text.replace("-", " ").removeprefix("oh ")
    return _SMALL.get(text)


def _relative_minutes(text: str) -> int | None:
    if text == "half":
        return 30
    if text.endswith("quarter"):
        return 15
    text = text.removesuffix("minutes").strip().replace("-", " ")
    return int(text) if text.isdigit() else _SMALL.get(text)


def _date_of(  # noqa: C901, PLR0912 - one branch per shape of the pattern
    match: re.Match[str], today: date, region: str
) -> tuple[date, date, bool] | None:
    group = match.groupdict()
    if group["today"] or group["tonight"]:
        return _one_day(today)
    if group["tomorrow"]:
        return _one_day(today + timedelta(days=1))
    if group["after"]:
        return _one_day(today + timedelta(days=2))
    for month, day, word, year in (("m1", "d1", "w1", "y1"), ("m2", "d2", "w2", "y2")):
        if group[month]:
            return _month_day(group[month], group[day], group[word], group[year], today)
    if group["rel3"]:
        return _day_of_month(_ordinal(group["d3"], group["w3"]), today, 1 if group["rel3"] == "next" else 0)
    if group["d5"] or group["w5"]:
        return _next_day_of_month(_ordinal(group["d5"], group["w5"]), today)
    if group["wd1"]:
        return _one_day(_weekday(group["wd1"], group["rel1"].replace("the following", "next") + " week", today))
    if group["wk4"]:
        base = {"today": today, "tomorrow": today + timedelta(days=1)}.get(group["wd4"])
        return _one_day((base or _weekday(group["wd4"], "", today)) + timedelta(days=7))
    if group["wd2"]:
        return _one_day(_weekday(group["wd2"], group["rel2"] or "", today))
    if group["iso"] or group["numeric"]:
        day_found = _written_date(group["iso"] or group["numeric"], today, region)
        return _one_day(day_found) if day_found else None
    if group["unit6"]:
        return _period(group["unit6"], group["rel6"] in ("next", "the following"), today)
    if group["unit7"] or group["unit8"]:
        return _from_now(group["count"] or group["count8"], group["unit7"] or group["unit8"], today)
    if group["unit9"]:
        last = _end_of(group["unit9"], today)
        return last, last + timedelta(days=1), False
    return None


def _one_day(day: date) -> tuple[date, date, bool]:
    return day, day + timedelta(days=1), True


def _weekday(name: str, relation: str, today: date) -> date:
    monday = today - timedelta(days=today.weekday())
    number = _WEEKDAYS[name]
    if relation in ("next", "next week"):
        return monday + timedelta(days=7 + number)
    if relation == "this week":
        return monday + timedelta(days=number)
    ahead = (number - today.weekday()) % 7
    if ahead == 0 and relation != "this":
        ahead = 7
    return today + timedelta(days=ahead)


def _ordinal(digits: str | None, word: str | None) -> int:
    return int(digits) if digits else ORDINALS[word or "first"]


def _month_day(
    month: str, digits: str | None, word: str | None, year: str | None, today: date
) -> tuple[date, date, bool] | None:
    day = _ordinal(digits, word)
    number = _MONTHS[month]
    try:
        if year:
            return _one_day(date(int(year), number, day))
        found = date(today.year, number, day)
        return _one_day(found if found >= today else date(today.year + 1, number, day))
    except ValueError:
        return None


def _day_of_month(day: int, today: date, months_ahead: int) -> tuple[date, date, bool] | None:
    month = today.month - 1 + months_ahead
    try:
        return _one_day(date(today.year + month // 12, month % 12 + 1, day))
    except ValueError:
        return None


def _next_day_of_month(day: int, today: date) -> tuple[date, date, bool] | None:
    for ahead in range(3):
        found = _day_of_month(day, today, ahead)
        if found and found[0] >= today:
            return found
    return None


def _period(unit: str, following: bool, today: date) -> tuple[date, date, bool]:
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        start = monday + timedelta(days=7) if following else today
        return start, monday + timedelta(days=14 if following else 7), False
    if unit == "weekend":
        saturday = monday + timedelta(days=12 if following else 5)
        return max(saturday, today), saturday + timedelta(days=2), False
    first = _first_of_month(today, 1 if following else 0)
    return max(first, today), _first_of_month(today, 2 if following else 1), False


def _from_now(count: str, unit: str, today: date) -> tuple[date, date, bool]:
    words = {"a": 1, "an": 1, "a couple of": 2, "a few": 3}
    number = int(count) if count.isdigit() else words.get(count) or _HOURS.get(count, 1)
    if unit == "month":
        start = _first_of_month(today, number)
        start = start.replace(day=min(today.day, (_first_of_month(start, 1) - timedelta(days=1)).day))
    else:
        start = today + timedelta(days=number * (7 if unit == "week" else 1))
    return start, start + timedelta(days=1 if unit == "day" else 7), unit == "day"


def _end_of(unit: str, today: date) -> date:
    if unit == "week":
        return today + timedelta(days=6 - today.weekday())
    return _first_of_month(today, 1) - timedelta(days=1)


def _first_of_month(day: date, ahead: int) -> date:
    month = day.month - 1 + ahead
    return date(day.year + month // 12, month % 12 + 1, 1)


@lru_cache(maxsize=2048)
def _written_date(text: str, today: date, region: str) -> date | None:
    order = "YMD" if text.startswith("20") and "-" in text else "MDY" if region in ("US", "CA", "PH") else "DMY"
    parser = DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today - timedelta(days=1), time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": order,
            "PARSERS": ["absolute-time"],
        },
    )
    found = parser.get_date_data(text).date_obj
    return found.date() if found else None


_ASKS_WHEN = re.compile(
    r"\b(?:what|which|preferred|a|the|your) (?:\w+ )?time\b|\btime (?:would|do|should|works|suits|is|and)\b|\bwhen\b|\bwhat hour\b|\btime\b[^.?!]*\?"
)


def asks_when(folded_turn: str) -> bool:
    """Whether a turn asks for a time, so that a bare number answers it."""
    return bool(_ASKS_WHEN.search(folded_turn))
