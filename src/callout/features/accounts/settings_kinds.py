"""What a setting's value may be: type, choices and bounds (pure)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network
from typing import Any, NamedTuple

_TIME = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$")
_ORIGIN = re.compile(r"^https?://[^\s/]+$|^(?:capacitor|ionic)://[^\s/]+$")
_EMAIL = re.compile(r"^[^@\s]{1,64}@[^@\s]+\.[^@\s]+$")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Kind(NamedTuple):
    """How values of one setting are checked.

    Attributes:
        clean: returns the value as it is stored or raises ValueError with plain words.
        bounds: what clients are shown: ``{"min", "max"}``, ``{"choices"}``, ``{"max_length"}`` …
    """

    clean: Callable[[Any], Any]
    bounds: Mapping[str, Any]


def flag() -> Kind:
    """True or false."""

    def clean(value: Any) -> bool:
        if value is True or value is False:
            return bool(value)
        raise ValueError("must be true or false")

    return Kind(clean, {})


def fixed(value: Any) -> Kind:
    """A value that law or promise fixes."""

    def clean(given: Any) -> Any:
        if given != value:
            raise ValueError(f"is fixed to {str(value).lower()}")
        return value

    return Kind(clean, {"choices": [value]})


def whole(low: int, high: int) -> Kind:
    """A whole number within inclusive bounds."""

    def clean(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number, {low}..{high}")
        return value

    return Kind(clean, {"min": low, "max": high})


def number(low: float, high: float) -> Kind:
    """A number within inclusive bounds."""

    def clean(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"must be a number, {low:g}..{high:g}")
        return float(value)

    return Kind(clean, {"min": low, "max": high})


def amount(low: int, high: int) -> Kind:
    """Money in the tenant's currency, kept as a string decimal."""

    def clean(value: Any) -> str:
        words = f"must be an amount, {low}..{high}"
        try:
            decimal = Decimal("NaN" if isinstance(value, bool) else str(value))
        except InvalidOperation:
            raise ValueError(words) from None
        if not decimal.is_finite() or not low <= decimal <= high:
            raise ValueError(words)
        return str(decimal.quantize(Decimal("0.01")))

    return Kind(clean, {"min": low, "max": high})


def choice(*choices: str) -> Kind:
    """One of a few words."""

    def clean(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return str(value)

    return Kind(clean, {"choices": list(choices)})


def text(longest: int) -> Kind:
    """Text of limited length."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or len(value.strip()) > longest:
            raise ValueError(f"must be text of at most {longest} characters")
        return value.strip()

    return Kind(clean, {"max_length": longest})


def email() -> Kind:
    """An e-mail address."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or len(value) > 254 or not _EMAIL.match(value.strip()):
            raise ValueError("must be an e-mail address")
        return value.strip().lower()

    return Kind(clean, {"max_length": 254})


def phone() -> Kind:
    """A telephone number in international form."""

    def clean(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            raise ValueError("must be a telephone number such as +12135550142")
        return value

    return Kind(clean, {"pattern": "E.164"})


def list_of(item: Kind, longest: int) -> Kind:
    """A list without repetitions, each entry of one kind."""

    def clean(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) > longest:
            raise ValueError(f"must be a list of at most {longest}")
        return list(dict.fromkeys(item.clean(entry) for entry in value))

    return Kind(clean, {"max_items": longest, **item.bounds})


def ordering_of(*choices: str) -> Kind:
    """Some of a few words in an order of preference, at least one."""

    def clean(value: Any) -> list[str]:
        if not isinstance(value, list) or not value or len(set(map(str, value))) != len(value):
            raise ValueError("must be a list of different entries, at least one")
        if unknown := [entry for entry in value if entry not in choices]:
            raise ValueError(f"{unknown[0]} is not one of {', '.join(choices)}")
        return list(value)

    return Kind(clean, {"choices": list(choices)})


def country_codes() -> Kind:
    """ISO 3166-1 alpha-2 codes."""

    def clean_code(value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2}", value):
            raise ValueError("must be country codes such as US")
        return value.upper()

    return list_of(Kind(clean_code, {}), 250)


def origins() -> Kind:
    """Web origins without a path."""

    def clean_origin(value: Any) -> str:
        if not isinstance(value, str) or not _ORIGIN.match(value):
            raise ValueError("must be origins such as https://app.example.com")
        return value.lower()

    return list_of(Kind(clean_origin, {}), 20)


def networks() -> Kind:
    """IP addresses or networks."""

    def clean_network(value: Any) -> str:
        try:
            return str(ip_network(str(value), strict=False))
        except ValueError:
            raise ValueError("must be IP networks such as 203.0.113.0/24") from None

    return list_of(Kind(clean_network, {}), 50)


def required_documents(*kinds: str) -> Kind:
    """Which kind of document a service requires: ``[{"service": "electrical", "kind": "license"}]``."""

    def clean(value: Any) -> list[dict[str, str]]:
        if not isinstance(value, list) or len(value) > 100:
            raise ValueError("must be a list of at most 100")
        return list({tuple(row.values()): row for row in map(clean_row, value)}.values())

    def clean_row(row: Any) -> dict[str, str]:
        if not isinstance(row, dict) or set(row) != {"service", "kind"}:
            raise ValueError("must be rows of service and kind")
        if row["kind"] not in kinds:
            raise ValueError(f"kind must be one of {', '.join(kinds)}")
        if not isinstance(row["service"], str) or not _CODE.fullmatch(row["service"]):
            raise ValueError("service must be a code of the catalogue: a-z, 0-9 and _")
        return {"service": row["service"], "kind": row["kind"]}

    return Kind(clean, {"max_items": 100, "shape": "service, kind", "choices": list(kinds)})


def per(keys: tuple[str, ...], item: Kind) -> Kind:
    """One value for each of a few names; names left out keep nothing and must therefore all be given."""

    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != set(keys):
            raise ValueError(f"must name exactly {', '.join(keys)}")
        return {key: item.clean(value[key]) for key in keys}

    return Kind(clean, {"keys": list(keys), **item.bounds})


def time_span() -> Kind:
    """A span of a day that may pass midnight: ``{"from": "21:00", "to": "08:00"}``."""
    return Kind(_clean_span, {"shape": "from, to as HH:MM"})


def calling_window(earliest: str, latest: str) -> Kind:
    """Per weekday one span within the hours anybody may be called at all, or null for a closed day."""

    def clean(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or set(value) != set(DAYS):
            raise ValueError(f"must name exactly {', '.join(DAYS)}")
        week = {}
        for day in DAYS:
            span = None if value[day] is None else _clean_span(value[day])
            if span and not earliest <= span["from"] < span["to"] <= latest:
                raise ValueError(f"{day}: must lie within {earliest}..{latest}")
            week[day] = span
        return week

    return Kind(clean, {"min": earliest, "max": latest})


def optional(kind: Kind) -> Kind:
    """The kind, or null."""
    return Kind(lambda value: None if value is None else kind.clean(value), {**kind.bounds, "nullable": True})


def _clean_span(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        raise ValueError("must have from and to")
    for edge in value.values():
        if not isinstance(edge, str) or not _TIME.match(edge):
            raise ValueError("must be times such as 21:00")
    if value["from"] == value["to"]:
        raise ValueError("from and to must differ")
    return {"from": value["from"], "to": value["to"]}
