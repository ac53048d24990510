"""What turns mean: intents, opt-outs, replies, urgency."""

import pytest
from tests.unit.conversations.talk import heard

from callout.features.conversations.intent import opt_out, reply, turn_intent
from callout.features.conversations.text import Words
from callout.features.conversations.urgency import level


@pytest.mark.parametrize(
    "text",
    [
        "please stop calling me",
        "Don't call me again.",
        "do not call here",
        "remove me from your list",
        "Take me off your list, please",
        "unsubscribe",
        "never call this number",
        "I told you don't call me",
        "no me llamen más",
        "bitte nie wieder anrufen",
    ],
)
def test_an_opt_out_is_heard(text: str) -> None:
    assert opt_out(1, Words(text)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Don't call me before noon",
        "do not call me at night",
        "don't call me back until tomorrow",
        "You never call me back",
        "if you don't call me by five I go elsewhere",
        "why don't you call me tomorrow",
        "I never call that number",
    ],
)
def test_a_wish_about_the_hour_or_a_statement_is_no_opt_out(text: str) -> None:
    assert opt_out(1, Words(text)) is None


def test_a_wish_about_the_hour_asks_for_a_call_back() -> None:
    found = heard("Don't call me before noon")

    assert found.outcome.opt_out is None
    assert found.outcome.lead_status == "callback"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Let's book it", "converted"),
        ("call me back tomorrow", "callback"),
        ("this is unacceptable, I want my money back", "complaint"),
        ("yes please", "interested"),
        ("I need a plumber", "interested"),
        ("how much is it", "information"),
        ("no thanks", "not_interested"),
        ("I don't need it", "not_interested"),
        ("hello there", "neutral"),
    ],
)
def test_turn_intent(text: str, meant: str) -> None:
    assert turn_intent(Words(text)) == meant


def test_no_thanks_to_anything_else_refuses_nothing() -> None:
    found = heard("I need cleaning", "A: Is there anything else?", "No thanks, that's all")

    assert found.intent.primary == "interested"


def test_the_last_telling_turn_weighs_double_and_a_tie_goes_to_the_later() -> None:
    found = heard("I need cleaning", "how much is it")

    assert found.intent.primary == "information"
    assert found.intent.confidence == pytest.approx(2 / 3, abs=1e-4)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Yes, that is fine with me. What is the address?", "affirmative"),
        ("ok sure", "affirmative"),
        ("Yea that\u2019s correct.", "affirmative"),
        ("okay no thanks", "negative"),
        ("No, make it five", "negative"),
        ("What is the price?", "none"),
        ("not really", "negative"),
    ],
)
def test_reply(text: str, kind: str) -> None:
    assert reply(Words(text)) == kind


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("not urgent, sometime next month", "low"),
        ("it is urgent", "high"),
        ("we need it today", "high"),
        ("how are you today", "low"),
        ("this week would be nice", "medium"),
        ("a pipe burst, it is an emergency", "emergency"),
        ("come right now, the kitchen is flooding", "emergency"),
    ],
)
def test_urgency(text: str, found: str) -> None:
    assert level([Words(text)]) == found
