"""Names, numbers, places, days and sums in real speech."""

from datetime import date, time
from decimal import Decimal

import pytest
from tests.unit.conversations.talk import heard

from callout.features.conversations import contacts, timeline
from callout.features.conversations.text import PhraseSet, Words, stem

FRIDAY = date(2019, 3, 1)


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("my number is five five five one two one two nine eight seven", "+15551212987"),
        ("three oh five five five five oh one double zero", "+13055550100"),
        ("(305) 555-0100", "+13055550100"),
        ("call +44 7712 507601 please", "+447712507601"),
        ("17380 w bluemound rd brookfield wi 53045 1 2627850522", "+12627850522"),
        ("four one five, five five five, twenty six seventy one", "+14155552671"),
    ],
)
def test_phone_numbers_in_digits_and_words(text: str, e164: str) -> None:
    assert [phone.e164 for phone in contacts.phones(Words(text), "US")] == [e164]


@pytest.mark.parametrize("text", ["my ssn is 123 45 6789", "order number 4155552671", "2 dogs and 3 cats", "12 30 45"])
def test_other_numbers_are_no_phones(text: str) -> None:
    assert contacts.phones(Words(text), "US") == []


def test_spoken_e_mail() -> None:
    [email] = contacts.emails("it is anna dot reyes at gmail dot com")

    assert email.address == "anna.reyes@gmail.com"


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("under thirty five dollars", ["35"]),
        ("$1,250.50", ["1250.50"]),
        ("up to $5k", ["5000"]),
        ("between 200 and 300 dollars", ["300"]),
    ],
)
def test_sums(text: str, amounts: list[str]) -> None:
    assert [entry.amount for entry in contacts.sums(Words(text))] == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("half past 11 in the morning", time(11, 30)),
        ("quarter to 5 in the evening", time(16, 45)),
        ("afternoon 2:45", time(14, 45)),
        ('1 o"clock in the afternoon', time(13)),
        ("two pm", time(14)),
        ("17:30", time(17, 30)),
        ("friday at nine", time(9)),
        ("at 5 please", time(17)),
        ("noon", time(12)),
        ("12:30 am", time(0, 30)),
    ],
)
def test_times(text: str, at: time) -> None:
    assert [mention.at for mention in timeline.times(text)] == [at]


@pytest.mark.parametrize(
    "text", ["at 12 oak street", "i have 2 kids", "that one is fine", "for 4 people", "10 minutes"]
)
def test_other_numbers_are_no_times(text: str) -> None:
    assert timeline.times(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("next thursday", date(2019, 3, 7)),
        ("tuesday next week", date(2019, 3, 5)),
        ("this saturday", date(2019, 3, 2)),
        ("the 14th", date(2019, 3, 14)),
        ("11th of this month", date(2019, 3, 11)),
        ("3rd of march", date(2019, 3, 3)),
        ("march 10th", date(2019, 3, 10)),
        ("the day after tomorrow", date(2019, 3, 3)),
        ("february 2nd", date(2020, 2, 2)),
        ("in two weeks", date(2019, 3, 15)),
        ("3/14", date(2019, 3, 14)),
        ("2019-03-14", date(2019, 3, 14)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert [mention.day for mention in timeline.dates(text, FRIDAY)] == [day]


def test_days_before_months_outside_america() -> None:
    assert [mention.day for mention in timeline.dates("3/4", FRIDAY, "GB")] == [date(2019, 4, 3)]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["My name is Anna Reyes and I need help."], "Anna Reyes"),
        (["yes my name is anna reyes i need cleaning"], "Anna Reyes"),
        (["This is Joe from Acme Plumbing."], "Joe"),
        (["A: May I have your name?", "sure, it's Joe Smith"], "Joe Smith"),
        (["A: Am I speaking with Anna Reyes?", "Yes, that's right."], "Anna Reyes"),
        (["Anna Reyes speaking."], "Anna Reyes"),
        (["beatriz here"], "Beatriz"),
    ],
)
def test_names(lines: list[str], name: str) -> None:
    assert heard(*lines).slots.customer_name == name


@pytest.mark.parametrize(
    "line",
    [
        "I'm interested",
        "i'm looking for a cleaner",
        "this is great",
        "I am sorry, I'm calling about the leak",
        "im fine thanks",
        "It's Monday",
        "my name is Mia",
        "A: Am I speaking with Anna Reyes?",
    ],
)
def test_no_names(line: str) -> None:
    assert heard(line).slots.customer_name is None


def test_a_denied_name_is_not_taken() -> None:
    assert heard("A: Am I speaking with Anna Reyes?", "No, wrong number.").slots.customer_name is None


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("come to 12 Oak Street, Springfield", "12 Oak Street, Springfield"),
        ("i live at twelve oak street springfield my name is anna", "12 oak street springfield"),
        ("It's 8339 Church St # 106, Gilroy CA 95020 please", "8339 Church St # 106, Gilroy CA 95020"),
        ("my address is 256 hillcrest lane boston ma 02563", "256 hillcrest lane boston ma 02563"),
    ],
)
def test_addresses(line: str, address: str) -> None:
    location = heard(line).slots.location

    assert location is not None
    assert location.address == address


@pytest.mark.parametrize("line", ["i have 5 minutes to get on the road", "we are 3 people", "at 5 in the evening"])
def test_no_addresses(line: str) -> None:
    assert heard(line).slots.location is None


def test_a_confirmed_read_back_fills_address_and_time() -> None:
    found = heard("A: So that is 12 Oak Street, Springfield, on Friday at nine?", "Yes, correct.")

    assert found.slots.location is not None
    assert found.slots.timeline is not None
    assert found.slots.timeline.from_ is not None
    assert found.slots.timeline.from_.isoformat() == "2026-03-06T14:00:00+00:00"


def test_the_longest_catalogue_term_wins_on_whole_tokens() -> None:
    assert heard("I need a burst pipe fixed").slots.service_type == "plumbing"
    assert heard("the repainting is done").slots.service_type is None


def test_clauses_bound_negation() -> None:
    words = Words("I'm not sure, cleaning would be good")

    assert not words.negated(words.tokens.index("cleaning"))
    assert Words("not only cleaning").negated(2) is False
    assert Words("we never need cleaning").negated(3) is True


def test_stems_are_cut_only_while_four_letters_remain() -> None:
    assert [stem(token) for token in ("cleaning", "visits", "does", "let's", "lets")] == [
        "clean",
        "visit",
        "does",
        "lets",
        "lets",
    ]


def test_phrases_match_whole_tokens_only() -> None:
    phrases = PhraseSet({"x": ["art"]})

    assert phrases.find(Words("start the party")) == []
    assert len(phrases.find(Words("Art!"))) == 1
