"""Trigger detection by the exact figures of the product specification."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest
from tests.unit.conversations.talk import ANNA, OAK_STREET, SERVICES, context, turns

from callout.features.conversations.analysis import analyse, with_place
from callout.features.conversations.model import ContactFacts, Place
from callout.features.triggers.choice import priority_of, ranked
from callout.features.triggers.evaluation import confidence, evaluate, hints
from callout.features.triggers.model import Actions, Component, Components, Conditions, Evaluation, Rule, Verdict
from callout.features.triggers.speech import hear

VISIT = Rule(
    name="House visit",
    type="location_visit",
    keywords=("cleaning", "visit", "deep clean"),
    alternative_phrases=("send someone over", "come and clean", "send our cleaner"),
    negative_keywords=("just looking", "already have someone"),
)
EMERGENCY = Rule(
    name="Emergency",
    type="emergency_service",
    keywords=("burst", "flooding", "leak"),
    confidence_threshold=Decimal("0.60"),
    actions=Actions(priority_level=5),
)
BOOKING = Rule(
    name="Booking",
    type="order_booking",
    keywords=("book",),
    alternative_phrases=("let's book it",),
    confidence_threshold=Decimal("0.80"),
)
ORDER_OF_FACTS = "Yes I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes."


def held(
    rule: Rule, *lines: str, contact: ContactFacts | None = None, place: Place | None = None, **more: Any
) -> Evaluation:
    """A rule held against a talk."""
    said = turns(*lines)
    analysis = analyse(said, context(contact))
    if place:
        analysis = with_place(analysis, place)
    return evaluate([rule], hear(said, analysis, SERVICES), **more)[0]


def test_a_request_with_address_and_name_fires_at_7075() -> None:
    found = held(VISIT, ORDER_OF_FACTS, place=OAK_STREET)

    assert found.components.keywords.value == Decimal("0.5")
    assert found.components.context.value == Decimal("1.0")
    assert found.confidence == Decimal("0.7075")
    assert found.triggered


def test_a_negated_keyword_vetoes() -> None:
    found = held(VISIT, "I'm not interested in cleaning")

    assert not found.triggered
    assert found.vetoed_by is not None


def test_a_phrase_without_name_and_place_asks_for_the_address() -> None:
    found = held(VISIT, "Could you send someone over?")

    assert found.components.phrases.value == Decimal("0.75")
    assert found.components.context.value == Decimal("0.4")
    assert found.confidence == Decimal("0.7172")
    assert found.gate.missing == ("customer_name", "location")
    assert not found.triggered
    assert hints([found], asked=[], limit=3) == ["location", "customer_name"]
    assert hints([found], asked=["location"], limit=3) == ["customer_name"]
    assert hints([found], asked=["location"], limit=1) == []


def test_unrelated_keywords_change_nothing() -> None:
    rule = msgspec.structs.replace(VISIT, keywords=(*VISIT.keywords, *(f"unrelated{number}" for number in range(20))))

    assert held(rule, ORDER_OF_FACTS, place=OAK_STREET).confidence == Decimal("0.7075")


def test_a_burst_pipe_fires_at_6818_and_is_urgent() -> None:
    line = "We have an emergency, a pipe burst, water is flooding the kitchen"
    found = held(EMERGENCY, line, contact=ANNA)

    assert found.confidence == Decimal("0.6818")
    assert found.triggered
    level = analyse(turns(line), context()).slots.urgency_level
    assert priority_of(found.rule.actions.priority_level, level) == "urgent"


def test_a_booking_fires_at_8940() -> None:
    found = held(BOOKING, "Let's book it for Friday at nine", contact=ANNA)

    assert found.confidence == Decimal("0.8940")
    assert found.triggered


def test_speech_to_text_without_apostrophe_matches_too() -> None:
    assert held(BOOKING, "lets book it for friday at nine", contact=ANNA).confidence == Decimal("0.8940")


@pytest.mark.parametrize(
    "lines",
    [
        ["just looking"],
        ["send someone over", "A: Gladly.", "no, forget it, we already have someone"],
        ["send someone over", "A: Shall we visit on Friday?", "no"],
        ["please come and clean", "A: When?", "please stop calling me"],
    ],
)
def test_the_last_word_counts(lines: list[str]) -> None:
    found = held(VISIT, *lines, contact=ANNA)

    assert not found.triggered
    assert found.vetoed_by is not None


def test_an_opt_out_vetoes_whatever_was_said_after_it() -> None:
    found = held(VISIT, "stop calling me", "well, come and clean", contact=ANNA)

    assert found.vetoed_by is not None
    assert found.vetoed_by.kind == "opt_out"


def test_a_change_of_mind_within_a_turn_fires_at_8551() -> None:
    found = held(VISIT, "Not now… actually yes, please come and clean tomorrow", contact=ANNA)

    assert found.components.keywords.value == Decimal("0.5")
    assert found.components.phrases.value == Decimal("0.75")
    assert found.components.context.value == Decimal("0.7")
    assert found.confidence == Decimal("0.8551")
    assert found.triggered


def test_a_yes_takes_over_the_agents_phrase_once() -> None:
    found = held(VISIT, "A: Shall we send our cleaner?", "Yes please", contact=ANNA)

    assert found.components.phrases.value == Decimal("0.75")
    assert found.components.phrases.hits == ("send our cleaner",)


def test_the_agents_words_alone_count_nothing() -> None:
    found = held(VISIT, "A: Shall we send our cleaner?", "What does it cost?", contact=ANNA)

    assert found.components.phrases.value == 0


def test_declining_anything_else_does_not_veto() -> None:
    found = held(VISIT, "please come and clean tomorrow", "A: Anything else?", "no thanks", contact=ANNA)

    assert found.triggered


def test_a_superseded_refusal_costs_15_percent() -> None:
    found = held(VISIT, "not interested", "A: Are you sure?", "well, come and clean tomorrow please", contact=ANNA)

    assert found.components.negative.value == Decimal("0.85")
    assert found.triggered is (found.confidence >= Decimal("0.70"))


def test_the_penalty_has_a_floor() -> None:
    refusals = [line for _ in range(6) for line in ("A: Shall we visit?", "no thanks")]
    found = held(VISIT, *refusals, "A: Really?", "come and clean then", contact=ANNA)

    assert found.components.negative.value == Decimal("0.60")


def test_keywords_of_one_stem_are_one_keyword() -> None:
    rule = msgspec.structs.replace(VISIT, keywords=("cleaning", "cleaned", "cleans"))

    assert held(rule, "we want cleaning, it was cleaned before").components.keywords.value == Decimal("0.5")


def test_a_phrase_may_have_two_gaps_and_no_third() -> None:
    rule = msgspec.structs.replace(VISIT, keywords=(), alternative_phrases=("send someone over",))

    assert held(rule, "send me someone nice over").components.phrases.value == Decimal("0.75")
    assert held(rule, "send me someone very nice over").components.phrases.value == 0


def test_another_service_is_not_evaluated() -> None:
    rule = msgspec.structs.replace(VISIT, services=("plumbing",))
    found = held(rule, ORDER_OF_FACTS, place=OAK_STREET)

    assert (found.triggered, found.reason) == (False, "wrong_service")


def test_every_condition_is_a_gate() -> None:
    strict = Conditions(
        service_type_required=True, budget_mentioned=True, timeline_mentioned=True, urgency_indicators=True
    )
    rule = msgspec.structs.replace(VISIT, conditions=strict)
    poor = held(rule, "please come and clean", contact=ContactFacts(name="Customer"))
    rich = held(rule, "please come and clean today, I have 300 dollars", contact=ANNA)

    assert poor.gate.missing == ("customer_name", "location", "budget", "timeline", "urgency")
    assert rich.gate.is_open


def test_a_models_opinion_counts_only_with_a_quote_that_was_found() -> None:
    rule = msgspec.structs.replace(VISIT, id=UUID(int=1))
    believed = held(
        rule, "hello", verdicts={UUID(int=1): Verdict(confidence=Decimal("0.9"), quote="hello", validated=True)}
    )
    dropped = held(rule, "hello", verdicts={UUID(int=1): Verdict(confidence=Decimal("0.9"), quote="send someone")})

    assert believed.confidence == Decimal("0.7650")
    assert dropped.confidence == 0


def test_similarity_counts_above_its_floor() -> None:
    rule = msgspec.structs.replace(VISIT, id=UUID(int=1))

    assert held(rule, "hello", similarities={UUID(int=1): Decimal("0.9")}).components.semantic.value == 1
    assert held(rule, "hello", similarities={UUID(int=1): Decimal("0.5")}).components.semantic.value == 0


def test_evidence_saturates_and_rounds_half_to_even() -> None:
    every = Component(value=Decimal(1))
    parts = Components(keywords=every, phrases=every, semantic=every, context=every, llm=every)

    assert confidence(parts) == Decimal("0.9988")
    assert confidence(
        Components(phrases=Component(value=Decimal("0.75")), context=Component(value=Decimal("0.4")))
    ) == (Decimal("0.7172"))


def fired(name: str, value: str, level: int, day: int) -> Evaluation:
    """A firing."""
    rule = Rule(
        name=name,
        type="custom",
        actions=Actions(priority_level=level),
        created_at=datetime(2026, 1, day, tzinfo=UTC),
    )
    held_once = held(rule, "hello")
    return msgspec.structs.replace(held_once, triggered=True, confidence=Decimal(value))


def test_the_most_confident_rule_acts_then_priority_then_age() -> None:
    by_confidence = ranked([fired("second", "0.86", 5, 1), fired("first", "0.91", 3, 2)])
    by_level = ranked([fired("second", "0.9101", 3, 1), fired("first", "0.9102", 4, 2)])
    by_age = ranked([fired("second", "0.91", 3, 2), fired("first", "0.91", 3, 1)])

    for order in (by_confidence, by_level, by_age):
        assert [one.rule.name for one in order] == ["first", "second"]


@pytest.mark.parametrize(
    ("level", "urgency", "priority"),
    [(1, "low", "low"), (3, "low", "medium"), (3, "high", "high"), (4, "low", "high"), (1, "emergency", "urgent")],
)
def test_urgency_only_raises_the_priority(level: int, urgency: Any, priority: str) -> None:
    assert priority_of(level, urgency) == priority
