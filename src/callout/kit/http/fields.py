"""Input types with the product's rules: trimmed text, E.164 phones, money, zones, weekly hours."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Annotated, Any
from zoneinfo import available_timezones

import phonenumbers
from annotated_types import GroupedMetadata
from babel.core import UnknownLocaleError, parse_locale
from babel.numbers import list_currencies
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from callout.kit.text.phones import parse_phone

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_EMAIL = re.compile(r"^[^@\s,;<>\"]{1,64}@(?=.{4,190}$)[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}$")
_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")
MAX_MONEY = Decimal("9999999.99")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _normal(value: Any) -> Any:
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value


def _single_line(value: str) -> str:
    if _CONTROL.search(value) or "\n" in value or "\r" in value or "\t" in value:
        raise ValueError("must be a single line without control characters")
    return value


def _no_controls(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


@dataclass(frozen=True)
class Text(GroupedMetadata):
    """A single line of at most `length` characters, NFC and trimmed: `Annotated[str, Text(80)]`."""

    length: int
    minimum: int = field(default=1, kw_only=True)

    def __iter__(self) -> Iterator[object]:
        yield StringConstraints(strip_whitespace=True, min_length=self.minimum, max_length=self.length)
        yield AfterValidator(_single_line)
        yield BeforeValidator(_normal)


@dataclass(frozen=True)
class LongText(GroupedMetadata):
    """Several lines of at most `length` characters, NFC and trimmed: `Annotated[str, LongText(2000)]`."""

    length: int
    minimum: int = field(default=0, kw_only=True)

    def __iter__(self) -> Iterator[object]:
        yield StringConstraints(strip_whitespace=True, min_length=self.minimum, max_length=self.length)
        yield AfterValidator(_no_controls)
        yield BeforeValidator(_normal)


def _phone(value: str) -> str:
    try:
        return parse_phone(value)
    except ValueError as error:
        raise PydanticCustomError(
            "invalid_phone", "not a valid phone number; write it with the country code"
        ) from error


def _email(value: str) -> str:
    if not _EMAIL.match(value):
        raise PydanticCustomError("invalid_email", "not a valid e-mail address")
    return value.lower()


def _country(value: str) -> str:
    code = value.upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError("not a country code (ISO 3166-1 alpha-2)")
    return code


def _currency(value: str) -> str:
    code = value.upper()
    if code not in list_currencies():
        raise ValueError("not a currency code (ISO 4217)")
    return code


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("not a time zone name (IANA), for example America/New_York")
    return value


def _language(value: str) -> str:
    try:
        parse_locale(value, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError("not a language tag (BCP 47)") from error
    return value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs a time zone, for example 2026-03-05T15:00:00Z")
    return value.astimezone(UTC)


def _money(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be an amount")  # noqa: TRY004 - pydantic turns ValueError into a message
    if isinstance(value, float):
        value = repr(value)
    try:
        amount = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("must be an amount such as 250.00") from error
    if not amount.is_finite() or amount.as_tuple().exponent < -4:  # type: ignore[operator]
        raise ValueError("must be an amount with at most 4 decimals")
    return amount


Phone = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_phone)]
"""Any international form in, E.164 out."""
EmailText = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email), BeforeValidator(_normal)
]
CountryCode = Annotated[str, AfterValidator(_country)]
CurrencyCode = Annotated[str, AfterValidator(_currency)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]
Language = Annotated[str, StringConstraints(min_length=2, max_length=16), AfterValidator(_language)]
HttpUrl = Annotated[str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s]+$")]
AwareTime = Annotated[datetime, AfterValidator(_aware)]
Money = Annotated[Decimal, BeforeValidator(_money), Field(ge=0, le=MAX_MONEY)]
"""A non-negative amount, string or number."""


class Geo(BaseModel):
    """A point in degrees, WGS 84."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)

    @property
    def is_unset(self) -> bool:
        """Exactly (0, 0) marks an unset place."""
        return self.lat == 0 and self.lng == 0


class Hours(BaseModel):
    """One opening span of a day; `to` may be 24:00."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, serialize_by_alias=True)

    start: Annotated[str, StringConstraints(pattern=_TIME)] = Field(alias="from")
    end: Annotated[str, StringConstraints(pattern=_TIME)] = Field(alias="to")

    @model_validator(mode="after")
    def _forward(self) -> "Hours":
        if self.end <= self.start:
            raise ValueError("must end after it starts")
        return self


Spans = Annotated[list[Hours], Field(max_length=3)]


class Weekly(BaseModel):
    """Opening hours of a week; an empty list is a closed day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mon: Spans = []
    tue: Spans = []
    wed: Spans = []
    thu: Spans = []
    fri: Spans = []
    sat: Spans = []
    sun: Spans = []

    @model_validator(mode="after")
    def _no_overlap(self) -> "Weekly":
        for day in DAYS:
            spans = sorted(getattr(self, day), key=lambda span: span.start)
            if any(later.start < earlier.end for earlier, later in pairwise(spans)):
                raise ValueError(f"{day}: the hours overlap")
        return self

    def as_json(self) -> dict[str, list[dict[str, str]]]:
        """{day: [{from, to}]}, as it is stored."""
        return {day: [{"from": span.start, "to": span.end} for span in getattr(self, day)] for day in DAYS}
