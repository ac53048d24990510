"""The fraud score by the figures of the product specification."""

import pytest
from tests.unit.conversations.talk import turns

from callout.features.conversations.scam import assess, severity_of


def test_tech_support() -> None:
    found = assess(turns("This is Microsoft support, your computer has a virus, install AnyDesk"), 0.6)

    assert round(found.risk_score, 3) == 0.682
    assert (found.severity, found.scam_type, found.subject) == ("high", "tech_support", "customer")
    assert found.families["remote_access"]["score"] == 0.85
    anydesk = next(one for one in found.evidence if one.text == "install AnyDesk")
    assert (anydesk.start, anydesk.end) == (54, 69)


def test_paying_by_card_on_site_is_ordinary() -> None:
    found = assess(turns("Can I pay by card when he arrives?"), 0.6)

    assert round(found.risk_score, 3) == 0.029
    assert found.severity == "minimal"
    assert not found.is_scam


def test_a_prize() -> None:
    found = assess(turns("You won a prize, pay the fee with gift cards, today only"), 0.6)

    assert round(found.risk_score, 3) == 0.692
    assert (found.severity, found.scam_type) == ("high", "prize")


def test_a_denied_pattern_does_not_count() -> None:
    assert assess(turns("We will never ask you for gift cards"), 0.6).evidence == ()


def test_the_riskier_side_is_the_subject_and_more_turns_never_lower_the_risk() -> None:
    lines = ["A: You won a prize, pay the fee with gift cards, today only", "What?", "A: Just kidding."]
    risks = [assess(turns(*lines[:count]), 0.6).risk_score for count in (1, 2, 3)]

    assert risks == sorted(risks)
    assert assess(turns(*lines), 0.6).subject == "agent"


@pytest.mark.parametrize(
    ("risk", "name"), [(0.19, "minimal"), (0.2, "low"), (0.4, "medium"), (0.6, "high"), (0.8, "critical")]
)
def test_severity(risk: float, name: str) -> None:
    assert severity_of(risk) == name
