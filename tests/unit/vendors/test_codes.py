"""Invite codes as people type them."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.vendors.codes import ALPHABET, make_code, read_code


@pytest.mark.parametrize("typed", ["VND-ABC234", "vnd-abc234", "vndabc234", " Vnd-Abc234 "])
def test_case_and_dash_do_not_matter(typed: str) -> None:
    assert read_code(typed) == "VND-ABC234"


@pytest.mark.parametrize(
    "typed", ["", "VND-ABC23", "VND-ABC2345", "VND-ABCO10", "ABC-ABC234", "VND_ABC234", "VND-\u0410BC234"]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


@given(st.integers())
def test_every_made_code_can_be_read(seed: int) -> None:
    code = make_code(random.Random(seed).choice)
    assert read_code(code.lower().replace("-", "")) == code


def test_letters_that_look_alike_are_not_used() -> None:
    assert not set("ILO01") & set(ALPHABET)
    assert len(ALPHABET) == 31
