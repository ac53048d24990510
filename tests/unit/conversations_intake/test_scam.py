"""Fraud in a talk: the figures of the product specification (I1 to I3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.features.conversations.model import Turn
from callout.features.conversations.scam import assess, severity_of

LINES = (
    "This is Microsoft support, your computer has a virus, install AnyDesk",
    "You won a prize, pay the fee with gift cards, today only",
    "Can I pay by card when he arrives?",
    "My name is Anna, come to 12 Oak Street.",
    "Give me the code we sent you and your mother's maiden name.",
)


def talk(*lines, speaker="customer"):
    return [Turn(seq=seq, speaker=speaker, content=line) for seq, line in enumerate(lines, 1)]


@pytest.mark.parametrize(
    ("line", "risk", "severity", "kind"),
    [
        (LINES[0], 0.682, "high", "tech_support"),
        (LINES[1], 0.692, "high", "prize"),
        (LINES[2], 0.029, "minimal", None),
    ],
)
def test_the_risk_of_the_examples(line, risk, severity, kind):
    found = assess(talk(line), 0.60)
    assert found.risk_score == pytest.approx(risk, abs=0.0005)
    assert (found.severity, found.scam_type, found.is_scam) == (severity, kind, kind is not None)


def test_evidence_points_at_the_words():
    found = assess(talk("Hello.", LINES[0]), 0.60)
    assert [LINES[0][one.start : one.end] for one in found.evidence] == [one.text for one in found.evidence]
    assert {one.family for one in found.evidence} == {"authority", "remote_access"}
    assert {one.seq for one in found.evidence} == {2}
    assert (found.subject, found.confidence) == ("customer", pytest.approx(0.137, abs=0.001))


def test_our_own_agent_is_screened_too():
    assert assess(talk(LINES[0], speaker="agent"), 0.60).subject == "agent"


def test_what_is_denied_is_no_evidence():
    assert assess(talk("We never ask for gift cards."), 0.60).evidence == ()


@given(st.lists(st.sampled_from(LINES), max_size=6))
def test_more_talk_never_lowers_the_risk(lines):
    risks = [assess(talk(*lines[:count]), 0.60).risk_score for count in range(len(lines) + 1)]
    assert risks == sorted(risks)


def test_severity_classes():
    limits = (0, 0.2, 0.4, 0.6, 0.8)
    assert [severity_of(risk) for risk in limits] == ["minimal", "low", "medium", "high", "critical"]
