"""Headers are recognised whatever their case, spaces and punctuation."""

import pytest

from callout.features.prospecting.importing.columns import known_fields, positional, recognise


@pytest.mark.parametrize("header", ["Phone Number", "phone_number", "PHONE-NUMBER", " Phone  number: "])
def test_case_spaces_and_punctuation_do_not_matter(header: str) -> None:
    assert recognise(["Name", header]) == {"name": 0, "phone": 1}


def test_a_row_without_a_name_column_is_no_header() -> None:
    assert recognise(["Joe's Garage", "(305) 555-0100"]) is None
    assert recognise(["phone", "address"]) is None


def test_the_better_name_wins_over_the_earlier_column() -> None:
    assert recognise(["Title", "Location", "Name", "Address"]) == {"name": 2, "address": 3, "position": 1}
    assert recognise(["Company", "Name"]) == {"business_name": 0, "name": 1}


def test_of_two_equal_columns_the_left_one_counts() -> None:
    assert recognise(["name", "phone", "Phone"]) == {"name": 0, "phone": 1}


def test_a_persons_choice_wins_and_can_leave_a_column_out() -> None:
    header = ["Firma", "Tel. 2", "Phone", "Notes"]
    mapping = {"firma": "name", "tel 2": "phone", "Phone": ""}
    assert recognise(header, mapping) == {"name": 0, "phone": 1, "notes": 3}


def test_without_a_header_the_order_is_fixed() -> None:
    assert positional(5) == {"name": 0, "phone": 1, "business_name": 2, "address": 3, "category": 4}
    assert positional(2) == {"name": 0, "phone": 1}


def test_what_a_column_can_fill_is_known() -> None:
    assert {"name", "phone", "business_name", "place_id", "hours"} <= known_fields()
