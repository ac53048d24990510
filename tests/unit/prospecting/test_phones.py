"""A phone told by its shape is the one the library for phones would have told."""

import random

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callout.features.prospecting.importing.phones import read_phone
from callout.kit.text.phones import parse_phone

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


def by_library(raw: str, country: str) -> str | None:
    try:
        return parse_phone(raw, country)
    except ValueError:
        return None


def written(digits: str, country: str, dice: random.Random) -> str:
    code = str(phonenumbers.country_code_for_region(country))
    return dice.choice(
        [
            digits, f"0{digits}", f"1{digits}", f"+{code}{digits}", f"+{code} (0){digits}", f"{code}{digits}",
            f"00{code}{digits}", f"011{code}{digits}", f"{digits[:3]}-{digits[3:]}", f"({digits[:2]}) {digits[2:]}",
            f"+{digits}", f"0{digits[:3]}/{digits[3:]}", f"tel {digits}",
        ]
    )  # fmt: skip


@settings(max_examples=400)
@given(country=st.sampled_from(COUNTRIES), digits=st.text("0123456789", min_size=3, max_size=14), seed=st.integers(0))
def test_any_number_reads_as_by_the_library(country: str, digits: str, seed: int) -> None:
    raw = written(digits, country, random.Random(seed))
    assert read_phone(raw, country, country) == by_library(raw, country), (raw, country)


@pytest.mark.parametrize("kind", [phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE])
def test_real_shapes_of_every_country_read_as_by_the_library(kind: int) -> None:
    dice = random.Random(kind)
    for country in COUNTRIES:
        example = phonenumbers.example_number_for_type(country, kind)
        if example is None:
            continue
        national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
        abroad = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        for raw in (national, abroad, abroad.replace(" ", ""), written(str(example.national_number), country, dice)):
            assert read_phone(raw, country, country) == by_library(raw, country), (raw, country)


@pytest.mark.parametrize(
    ("raw", "country", "region", "phone"),
    [
        ("(305) 555-0100", "US", "US", "+13055550100"),
        ("305.555.0100", None, "US", "+13055550100"),
        ("089 12345678", "DE", "US", "+498912345678"),
        ("089 12345678", None, "DE", "+498912345678"),
        ("+44 7712 507601", "DE", "US", "+447712507601"),
        ("555-1234", "US", "US", None),
        ("call us", "US", "US", None),
        ("12", "US", "US", None),
        ("1-800-FLOWERS", "US", "US", "+18003569377"),
        ("\u0663\u0660\u0665 555 0100", "US", "US", "+13055550100"),
    ],
)
def test_the_places_country_comes_before_the_files(
    raw: str, country: str | None, region: str, phone: str | None
) -> None:
    assert read_phone(raw, country, region) == phone
