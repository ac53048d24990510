"""What may come in, and in which form it is kept (product specification §0)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter, ValidationError

from callout.kit.http.fields import (
    AwareTime,
    CountryCode,
    CurrencyCode,
    EmailText,
    Geo,
    HttpUrl,
    Language,
    LongText,
    Money,
    Phone,
    Text,
    TimeZone,
    Weekly,
)

READS: list[tuple[Any, Any, Any]] = [
    (Annotated[str, Text(10)], "  Zoe\u0308 ", "Zo\u00eb"),
    (Annotated[str, LongText(20)], "one\ntwo\t", "one\ntwo"),
    (Phone, "+44 7712 507601", "+447712507601"),
    (Phone, "+1 (305) 555-0100 ext. 7", "+13055550100"),
    (EmailText, " Anna@Example.COM ", "anna@example.com"),
    (CountryCode, "us", "US"),
    (CurrencyCode, "usd", "USD"),
    (TimeZone, "America/New_York", "America/New_York"),
    (Language, "pt-BR", "pt-BR"),
    (HttpUrl, "https://example.com/a?b=c", "https://example.com/a?b=c"),
    (AwareTime, "2026-03-05T10:00:00-05:00", datetime(2026, 3, 5, 15, tzinfo=UTC)),
    (Money, "250.00", Decimal("250.00")),
    (Money, 0.1, Decimal("0.1")),
    (Money, 0, Decimal(0)),
]
REFUSES: list[tuple[Any, Any]] = [
    (Annotated[str, Text(5)], "x" * 6),
    (Annotated[str, Text(5)], "   "),
    (Annotated[str, Text(20)], "two\nlines"),
    (Annotated[str, Text(20)], "nul\0"),
    (Annotated[str, LongText(20)], "bell\a"),
    (Phone, "(305) 555-0100"),
    (Phone, "+1 555-1234"),
    (Phone, "hello"),
    (EmailText, "anna@localhost"),
    (EmailText, "anna @example.com"),
    (CountryCode, "XX"),
    (CurrencyCode, "ABC"),
    (TimeZone, "EST5"),
    (Language, "english please"),
    (HttpUrl, "javascript:alert(1)"),
    (AwareTime, "2026-03-05T10:00:00"),
    (Money, -1),
    (Money, True),
    (Money, "1.00001"),
    (Money, "NaN"),
    (Money, "10000000"),
    (Geo, {"lat": 91, "lng": 0}),
    (Geo, {"lat": 1}),
    (Weekly, {"mon": [{"from": "09:00", "to": "09:00"}]}),
    (Weekly, {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]}),
    (Weekly, {"mon": [{"from": "09:00", "to": "24:01"}]}),
    (Weekly, {"monday": []}),
]


@pytest.mark.parametrize(("kind", "given", "kept"), READS)
def test_what_is_kept_is_the_normal_form(kind: Any, given: Any, kept: Any) -> None:
    assert TypeAdapter(kind).validate_python(given) == kept


@pytest.mark.parametrize(("kind", "given"), REFUSES)
def test_what_does_not_fit_is_refused(kind: Any, given: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(given)


def test_zero_zero_is_an_unset_place() -> None:
    assert Geo(lat=0, lng=0).is_unset
    assert not Geo(lat=0, lng=0.1).is_unset


def test_hours_keep_the_words_of_the_wire() -> None:
    week = Weekly.model_validate({"mon": [{"from": "09:00", "to": "24:00"}]})
    assert week.as_json()["mon"] == [{"from": "09:00", "to": "24:00"}]
    assert week.as_json()["sun"] == []
