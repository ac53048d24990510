# ruff: noqa: RUF001 - listings write ranges with en dashes
"""One row of a file becomes a clean business, or a reason why not (product specification §6.1)."""

from decimal import Decimal
from typing import Any

import pytest

from callout.features.prospecting.countries import country_by_code, country_by_name
from callout.features.prospecting.drafts import Draft, call_priority, dedupe_key
from callout.features.prospecting.importing.rows import Rejected, country_of, draft_of


def draft(region: str = "US", **record: Any) -> Draft:
    made = draft_of(2, {"name": "Joe's Garage", **record}, region=region)
    assert isinstance(made, Draft)
    return made


def test_a_row_without_a_name_is_refused_with_its_number() -> None:
    assert draft_of(7, {"phone": "(305) 555-0100", "name": "  "}, region="US") == Rejected(
        7, "name", "name_missing", "the row has no name"
    )


def test_the_business_name_wins_over_the_persons() -> None:
    assert draft(name="Joe Smith", business_name="Joe's Garage").name == "Joe's Garage"


def test_text_is_one_line_and_of_bounded_length() -> None:
    made = draft(name="  Joe's \n Garage\0 ", address="x " * 400, description="y" * 2000)
    assert made.name == "Joe's Garage"
    assert (len(made.address or ""), len(made.description or "")) == (299, 1000)


@pytest.mark.parametrize(
    ("raw", "region", "record", "phone"),
    [
        ("(305) 555-0100", "US", {}, "+13055550100"),
        ("+44 7712 507601", "US", {}, "+447712507601"),
        ("082 735 5575", "US", {"complete_address": '{"country":"TH","city":"Phuket"}'}, "+66827355575"),
        ("(61) 3521-5334", "BR", {}, "+556135215334"),
        ("030 901820", "US", {"country": "Deutschland"}, "+4930901820"),
        ("0212 249 96 13", "US", {"address": "Beyoğlu/İstanbul, Türkiye"}, "+902122499613"),
        ("13055550100", "US", {}, "+13055550100"),
        ("555-1234", "US", {}, None),
        ("call us", "US", {}, None),
        ("", "US", {}, None),
        ("(404) 555-0100", "US", {"address": "1 Peachtree St, Atlanta, Georgia"}, "+14045550100"),
    ],
)
def test_a_phone_is_read_as_in_the_rows_country(
    raw: str, region: str, record: dict[str, str], phone: str | None
) -> None:
    made = draft(region, phone=raw, **record)
    assert (made.phone, made.phone_raw, made.callable) == (phone, raw or None, phone is not None)


@pytest.mark.parametrize(
    ("record", "country"),
    [
        ({"country": "US"}, "US"),
        ({"country": "UK"}, "GB"),
        ({"country": "Polska"}, "PL"),
        ({"address": "1 High St, London N1 8JL, United Kingdom"}, "GB"),
        ({"address": "Strada Valea Oltului 71, București, România"}, "RO"),
        ({"address": "1 Main St, San Diego, CA"}, None),
        ({"address": "1 Main St, Springfield, IL"}, None),
        ({"address": "Patong, Phuket 83150", "complete_address": '{"country":"TH"}'}, "TH"),
        ({"complete_address": "{broken"}, None),
        ({"country": "XX"}, None),
        ({}, None),
    ],
)
def test_the_country_is_what_the_row_says_and_never_a_state(record: dict[str, str], country: str | None) -> None:
    assert country_of(record) == country


def test_country_names_are_known_in_several_languages() -> None:
    assert {country_by_name(name) for name in ("Germany", "Deutschland", "Allemagne", "Alemania", "Niemcy")} == {"DE"}
    assert country_by_name("usa") == "US"
    assert country_by_name("CA") is None
    assert country_by_code("ca") == "CA"


@pytest.mark.parametrize(
    ("rating", "kept", "priority"),
    [
        ("4.6", "4.6", "high"),
        ("4,0", "4.0", "high"),
        ("3.95", "4.0", "high"),
        ("3.2", "3.2", "medium"),
        ("2.1", "2.1", "low"),
    ],
)
def test_the_priority_follows_the_rating(rating: str, kept: str, priority: str) -> None:
    made = draft(rating=rating)
    assert made.rating == Decimal(kept)
    assert call_priority(made.rating) == priority


@pytest.mark.parametrize("rating", ["", "0", "0.0", "5.1", "-1", "NaN", "great", "1e9999999"])
def test_what_is_no_rating_is_unrated_and_low(rating: str) -> None:
    assert draft(rating=rating).rating is None
    assert call_priority(None) == "low"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("557", 557),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1 234", 1234),
        ("(57)", 57),
        ("16.0", 16),
        ("0", 0),
        ("4.7", None),
        ("many", None),
    ],
)
def test_counts_are_whole_numbers_however_written(text: str, count: int | None) -> None:
    assert draft(review_count=text).review_count == count


@pytest.mark.parametrize(
    ("lat", "lng", "place"),
    [
        ("54.44", "18.42", (54.44, 18.42)),
        ("54,44", "18,42", (54.44, 18.42)),
        ("0", "0", None),
        ("0", "18.42", (0.0, 18.42)),
        ("91", "0", None),
        ("54.44", "", None),
        ("north", "east", None),
    ],
)
def test_a_place_has_both_coordinates_and_is_not_zero_zero(
    lat: str, lng: str, place: tuple[float, float] | None
) -> None:
    made = draft(lat=lat, lng=lng)
    assert (None if made.lat is None else (made.lat, made.lng)) == place


def test_coordinates_tell_the_zone_better_than_the_file() -> None:
    assert draft(lat="7.89", lng="98.29", timezone="America/Los_Angeles").timezone == "Asia/Bangkok"
    assert draft(timezone="America/Phoenix").timezone == "America/Phoenix"
    assert draft(timezone="EST5EDT-ish").timezone is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("escolaeleva.com.br", "https://escolaeleva.com.br"),
        ("http://example.com/a?b=c", "http://example.com/a?b=c"),
        ("/url?q=https://example.com", None),
        ("javascript:alert(1).x", None),
        ("ftp://example.com", None),
        ("n/a", None),
        ("see facebook.com page", None),
    ],
)
def test_a_website_is_a_web_address(text: str, url: str | None) -> None:
    assert draft(website=text).website == url


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Info@Example.COM", "info@example.com"),
        ("logo@2x.png, info@example.co.uk", "info@example.co.uk"),
        ("write to joe@garage.example.", "joe@garage.example"),
        ("joe@localhost", None),
        ("", None),
    ],
)
def test_the_first_real_address_of_a_cell_counts(text: str, email: str | None) -> None:
    assert draft(email=text).email == email


@pytest.mark.parametrize(
    ("text", "level"), [("$$", 2), ("€€€€", 4), ("2", 2), ("$10–20", None), ("$$$$$", None), ("", None)]
)
def test_price_signs_are_a_level_and_amounts_are_not(text: str, level: int | None) -> None:
    assert draft(price=text).price_level == level


def test_a_place_id_comes_from_its_column_its_link_or_its_number() -> None:
    link = "https://www.google.com/maps/place/X/data=!4m7!3m6!1s0x46fda1:0x9f0d!8m2!19sChIJrzxznP-h_UYR?authuser=0"
    assert draft(place_id="ChIJ1", link=link, cid="7").place_id == "ChIJ1"
    assert draft(link=link, cid="7").place_id == "ChIJrzxznP-h_UYR"
    assert draft(link=link.split("!8m2", maxsplit=1)[0], cid="7").place_id == "0x46fda1:0x9f0d"
    assert draft(cid="7").place_id == "cid:7"
    assert draft().place_id is None


def test_a_place_closed_for_good_is_marked() -> None:
    assert draft(status="Permanently closed").closed
    assert not draft(status="Temporarily closed").closed


def test_only_repetition_shares_a_key_not_likeness() -> None:
    here = {"lat": "54.445546", "lng": "18.420848"}
    assert dedupe_key(draft(**here)) == dedupe_key(draft(**here, phone="(305) 555-0100"))
    assert dedupe_key(draft(**here)) != dedupe_key(draft(lat="54.4459", lng="18.420848"))
    assert dedupe_key(draft(address="1 Main St.")) == dedupe_key(draft(address="1 main st"))
    assert dedupe_key(draft(address="1 Main St")) != dedupe_key(draft(address="2 Main St"))
    assert len(dedupe_key(draft(name="n" * 300, address="a" * 300))) <= 80
