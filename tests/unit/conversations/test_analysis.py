"""The analysis as a whole: never fails, stays in bounds, survives storage."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.conversations.talk import context, heard, turns

from callout.features.conversations.analysis import analyse
from callout.features.conversations.model import CallContext, Turn, restore
from callout.features.conversations.scam import assess

SPEECH = st.one_of(
    st.text(max_size=120),
    st.lists(
        st.sampled_from(
            [
                "i",
                "need",
                "cleaning",
                "at",
                "12",
                "oak",
                "street",
                "two",
                "o'clock",
                "pm",
                "next",
                "friday",
                "march",
                "31st",
                "the",
                "30th",
                "of",
                "february",
                "no",
                "yes",
                "not",
                "my",
                "name",
                "is",
                "anna",
                "five",
                "oh",
                "double",
                "$",
                "5",
                ",",
                ".",
                "?",
                "#",
                "'\u2019",
                "stop",
                "calling",
                "0",
                "99",
                "25:61",
                "half",
                "past",
                "quarter",
                "to",
                "name",
                "is",
            ]
        ),
        max_size=25,
    ).map(" ".join),
)


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(["agent", "customer", "system"]), SPEECH), max_size=8))
def test_no_talk_breaks_it(talk: list[tuple[str, str]]) -> None:
    said = [Turn(seq=seq, speaker=speaker, content=text) for seq, (speaker, text) in enumerate(talk)]  # type: ignore[arg-type]
    found = analyse(said, context())

    json.dumps(found.document())
    assert restore(found.document()).slots == found.slots
    assert 0 <= found.quality.lead_score <= 100
    for note, turn in zip(found.notes, said, strict=True):
        for entity in note.entities:
            assert turn.content[entity.start : entity.end] == entity.value
    assert 0 < assess(said, 0.6).risk_score < 1


def test_a_call_of_unknown_time_is_analysed_without_dates() -> None:
    found = analyse(turns("Come on Friday at nine"), CallContext())

    assert found.slots.timeline is not None
    assert found.slots.timeline.from_ is None


def test_turns_that_are_not_final_do_not_count() -> None:
    draft = Turn(seq=1, speaker="customer", content="my name is Anna Reyes", is_final=False)

    assert analyse([draft], context()).slots.customer_name is None


def test_talk_time_silence_and_interruptions_come_from_the_clock() -> None:
    said = [
        Turn(seq=1, speaker="agent", content="Hello", offset_ms=0, duration_ms=2000),
        Turn(seq=2, speaker="customer", content="Hi", offset_ms=1500, duration_ms=1000),
        Turn(seq=3, speaker="agent", content="How can we help?", offset_ms=4500, duration_ms=1000),
    ]
    flow = analyse(said, context()).flow

    assert flow.interruptions == 1
    assert flow.silence_s == 2.0
    assert flow.talk_ratio == 0.75
    assert flow.mean_response_ms == 2000
    assert flow.flow_quality == pytest.approx(0.3)


def test_every_value_names_its_source_and_its_quote() -> None:
    found = heard("My name is Anna Reyes, come to 12 Oak Street, Springfield")

    assert found.slots.sources["customer_name"] == "rules"
    assert found.slots.sources["contact_phone"] == "contact"
    quote = next(one for one in found.evidence.quotes if one.field == "customer_name")
    assert (quote.seq, quote.start, quote.end) == (1, 11, 21)
