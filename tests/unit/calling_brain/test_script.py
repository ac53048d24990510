"""Scripts as operators write them."""

from tests.unit.calling_brain.call import Call, brief

from callout.features.calling.brain.script import Answer, parse

TEXT = """
We are calling about the spring offer.
It runs until April. Would you like a visit?
Q: Are you insured?
A: Yes, we are
fully insured.
Objection: have a guy / already have someone
Reply: Keep us as a second choice.
Closing: Bye for now.
"""


def test_a_script_is_taken_apart() -> None:
    script = parse(TEXT)
    assert script.purpose == "We are calling about the spring offer. It runs until April."
    assert script.offer == "Would you like a visit?"
    assert script.answers == (Answer("Are you insured?", "Yes, we are fully insured."),)
    assert script.objections == (Answer("have a guy / already have someone", "Keep us as a second choice."),)
    assert script.closing == "Bye for now."


def test_the_script_is_spoken_answers_questions_and_objections_once() -> None:
    call = Call(brief(script=parse(TEXT))).answered()
    assert "spring offer" in call.hears("Yes?")
    assert "fully insured" in call.hears("Are you insured?")
    assert "second choice" in call.hears("We already have someone for that")
    assert "Bye for now." in call.hears("no, we have a guy for that")
    assert call.end is not None
