"""Text in a spreadsheet is never a formula, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.kit.text.formula_guard import guarded, is_risky, unguarded


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("=", "'="),
        ("+1 (305) 555-0100", "'+1 (305) 555-0100"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("+13055550100", "+13055550100"),
        ("-73.98", "-73.98"),
        ("+5", "+5"),
        ("", ""),
        ("'", "'"),
        ("'tis", "'tis"),
        ("'=x", "''=x"),
        ("Joe's = good", "Joe's = good"),
    ],
)
def test_what_a_spreadsheet_would_run_is_made_text(text: str, cell: str) -> None:
    assert guarded(text) == cell


@given(st.text(alphabet="=+-@\t\r'a1.", max_size=8) | st.text(max_size=30))
def test_the_guard_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not is_risky(guarded(text))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_a_guarded_row_survives_a_csv_file(row: list[str]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerow([guarded(cell) for cell in row])
    (read,) = csv.reader(io.StringIO(text.getvalue(), newline=""))
    assert [unguarded(cell) for cell in read] == row
