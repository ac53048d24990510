"""From a wish to one order."""

import pytest
from tests.unit.calling_brain.call import Call, brief, context

from callout.features.calling.brain.actions import CallTool
from callout.features.calling.brain.inputs import AgentSaid, Final, Timer, ToolResult
from callout.features.conversations.model import ContactFacts, Geo, Place

DETAILS = ("Yes, I need a cleaning.", "12 Oak Street, Springfield", "Anna Reyes", "Tomorrow at 2 PM")


def test_the_details_are_read_back_and_committed_once() -> None:
    call = Call().answered()
    read = call.hears("Hello?", *DETAILS)
    assert read == (
        "Let me read that back: cleaning, for Anna Reyes, at 12 Oak Street, Springfield, tomorrow, Tuesday, March 3, at 2 PM, "
        "and we reach you at this number. Is that right?"
    )
    said = call.hears("Yes, that's right.")
    (order,) = call.tool("create_order")
    assert order["customer_name"] == "Anna Reyes"
    assert order["customer_address"] == "12 Oak Street, Springfield"
    assert order["service_type"] == "cleaning"
    assert order["starts"] == "2026-03-03T19:00:00Z"
    assert order["is_live"] is False
    assert "noted" in said
    assert "booked" not in said
    call.hears("No, thank you.")
    assert call.end is not None
    assert call.end.disposition == "converted"
    assert call.of(CallTool)[0].key == "call-1:create_order"


def test_booked_is_said_only_when_the_order_exists() -> None:
    call = Call(brief(live_orders="always")).answered()
    call.hears("Hello?", *DETAILS)
    assert "booked under number ORD-000123" in call.hears("yes")


def test_a_correction_is_read_back_again() -> None:
    call = Call().answered()
    call.hears("Hello?", *DETAILS)
    assert "at 14 Oak Street" in call.hears("No, it's 14 Oak Street, Springfield.")
    assert not call.tool("create_order")
    call.hears("Yes, correct.")
    assert call.tool("create_order")[0]["customer_address"].startswith("14 Oak Street")


def test_a_yes_with_a_correction_does_not_commit() -> None:
    call = Call().answered()
    call.hears("Hello?", *DETAILS)
    assert "3 PM" in call.hears("Yes, but at 3 PM please.")
    assert not call.tool("create_order")


def test_a_no_asks_what_to_correct() -> None:
    call = Call().answered()
    call.hears("Hello?", *DETAILS)
    assert call.hears("No.") == "What should I correct?"
    assert "Laura Bennett" in call.hears("My name is Laura Bennett.")


def test_a_read_back_that_was_cut_is_no_read_back() -> None:
    call = Call().answered()
    call.hears("Hello?", *DETAILS[:3])
    (say,) = [one for one in call.tell(Final(text=DETAILS[3])) if hasattr(one, "text")]
    call.tell(AgentSaid(say_id=say.id, text="Let me read that back: cleaning,", interrupted=True))
    assert "Let me read that back" in call.hears("yes yes")
    assert not call.tool("create_order")
    call.hears("yes")
    assert len(call.tool("create_order")) == 1


def test_a_yes_to_are_you_there_is_no_yes_to_the_read_back() -> None:
    call = Call().answered()
    call.hears("Hello?", *DETAILS)
    call.feed(Timer(name="silence"))
    assert "Let me read that back" in call.hears("yes")
    assert not call.tool("create_order")


def test_what_is_on_file_is_read_back_instead_of_asked() -> None:
    anna = ContactFacts(
        name="Anna Reyes",
        place=Place(address="12 Oak Street", city="Springfield", geo=Geo(39.8, -89.6), precision="rooftop"),
    )
    call = Call(brief(anna)).answered()
    call.hears("Hello?", "Yes, I need a cleaning")
    assert "for Anna Reyes, at 12 Oak Street, Springfield" in call.hears("tomorrow at 2 PM")


def test_an_emergency_makes_a_live_order_at_once() -> None:
    call = Call().answered()
    assert "emergency services" in call.hears("A pipe burst and the kitchen is flooding, I need somebody right now!")
    call.hears("12 Oak Street, Springfield")
    assert "as soon as possible" in call.hears("Anna Reyes")
    said = call.hears("yes, hurry")
    (order,) = call.tool("create_order")
    assert order["is_live"] is True
    assert order["is_emergency"] is True
    assert "booked" in said


def test_with_never_an_emergency_is_noted_only() -> None:
    call = Call(brief(live_orders="never")).answered()
    call.hears(
        "A pipe burst and the kitchen is flooding, I need somebody right now!",
        "12 Oak Street, Springfield",
        "Anna Reyes",
    )
    assert "booked" not in call.hears("yes")
    assert call.tool("create_order")[0]["is_live"] is False


def test_an_order_that_fails_is_admitted_and_a_person_calls_back() -> None:
    def results(action: CallTool) -> ToolResult:
        return ToolResult(tool_id=action.id, ok=action.name != "create_order", error="down")

    call = Call(results=results).answered()
    call.hears("Hello?", *DETAILS)
    assert "technical problem" in call.hears("yes")
    assert call.tool("schedule_callback")[0]["by_human"] is True
    assert call.end is not None
    assert call.end.disposition == "callback"


def test_a_slow_tool_is_bridged_once_and_then_given_up() -> None:
    call = Call(
        results=lambda action: None if action.name == "create_order" else ToolResult(tool_id=action.id, ok=True)
    ).answered()
    call.hears("Hello?", *DETAILS)
    assert call.hears("yes") == ""
    call.feed(Timer(name="tool"))
    assert call.said[-1] == "One moment, please."
    call.feed(Timer(name="tool"))
    assert "technical problem" in " ".join(call.said[-2:])
    assert len(call.tool("create_order")) == 1


def test_a_taken_time_is_answered_with_another() -> None:
    def results(action: CallTool) -> ToolResult:
        free = {"available": False, "alternatives": ["2026-03-04T15:00:00+00:00"]}
        return ToolResult(tool_id=action.id, ok=True, value=free if action.name == "check_availability" else {})

    call = Call(brief(tools=("create_order", "check_availability")), results=results).answered()
    assert "How about Wednesday, March 4, at 10 AM" in call.hears("Hello?", *DETAILS)
    assert "Wednesday, March 4, at 10 AM" in call.hears("Yes, that works")
    call.hears("yes")
    assert call.tool("create_order")[0]["starts"] == "2026-03-04T15:00:00Z"


def test_a_detail_that_cannot_be_had_is_asked_twice_then_a_person_calls() -> None:
    call = Call().answered()
    call.hears("Hello?", "Yes, I need a cleaning.", "what for", "I won't tell you")
    assert "person from our team" in call.said[-1]
    assert not call.tool("create_order")


def test_several_offered_services_are_no_choice() -> None:
    call = Call().answered()
    assert "cleaning, plumbing" in call.hears("Hello?")
    assert "kind of work" in call.hears("Yes.")


@pytest.mark.parametrize(
    ("words", "at"),
    [("in two hours", "2026-03-02T17:00"), ("tomorrow morning", "2026-03-03T08:00"), ("on Friday", "2026-03-06T10:00")],
)
def test_a_busy_customer_is_called_when_they_like(words: str, at: str) -> None:
    call = Call().answered()
    call.hears("I'm driving right now", words)
    assert call.tool("schedule_callback")[0]["at"].startswith(at)
    assert call.end is not None
    assert call.end.disposition == "callback"


def test_a_withdrawn_order_is_noted() -> None:
    call = Call(brief(live_orders="always")).answered()
    call.hears("Hello?", *DETAILS, "yes")
    call.hears("actually no, cancel it")
    assert "withdrawn" in call.flags()


def test_prices_come_from_the_catalogue_and_only_from_there() -> None:
    call = Call().answered()
    call.hears("Hello?")
    assert "$150" in call.hears("How much is a cleaning?")
    call.hears("no")
    assert "don't have a price" in call.hears("How much is plumbing?")


def test_a_business_with_one_service_need_not_ask_which() -> None:
    only = context(services=context().services[:1])
    call = Call(brief(context=only)).answered()
    call.hears("Hello?")
    assert "address" in call.hears("Yes, please.")
