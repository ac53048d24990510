"""When a customer has committed."""

import pytest
from tests.unit.conversations.talk import heard


@pytest.mark.parametrize(
    "lines",
    [
        ["A: Please confirm: a cleaning on Friday at 9 am.", "Yes, that's right.", "A: Your appointment is confirmed."],
        ["A: Shall I book you for Friday at nine?", "sure"],
        ["Let's book it for Friday at nine"],
        [
            "A: You want a visit on March 9th, correct?",
            "Yes.",
            "A: Sorry, that is not available. How about 10 am instead?",
            "That works.",
            "A: Done, you're all set.",
        ],
    ],
)
def test_committed(lines: list[str]) -> None:
    assert heard(*lines).outcome.booking.committed


@pytest.mark.parametrize(
    "lines",
    [
        ["A: Please confirm: a cleaning on Friday at 9 am.", "Yes.", "A: Sorry, I could not book the appointment."],
        ["A: Would you like an appointment?", "Not right now."],
        ["A: What about Dr. Naret?", "That sounds good, thanks, bye."],
        ["A: So that is Friday at nine?", "No, never mind, forget it."],
        ["A: Please confirm an alarm for 4 pm.", "Yes.", "A: The alarm was set successfully."],
        ["I need cleaning", "A: On which day?", "I will think about it"],
    ],
)
def test_not_committed(lines: list[str]) -> None:
    assert not heard(*lines).outcome.booking.committed
