"""Triggers and fraud while the call goes on."""

import time
from decimal import Decimal

from tests.unit.calling_brain.call import Call, brief

from callout.features.calling.brain.brief import ScamPolicy
from callout.features.calling.brain.evidence import study
from callout.features.calling.brain.inputs import Studied
from callout.features.triggers.model import Rule
from callout.features.triggers.templates import all_templates

RULES = tuple(template.rule for template in all_templates())


def studied(call: Call) -> None:
    call.feed(Studied(finding=study(call.brief, call.state.turns, call.state.hinted)))


def test_a_rule_lights_up_once() -> None:
    emergency = Rule(
        name="Burst", type="emergency_service", keywords=("burst", "flooding"), confidence_threshold=Decimal("0.6")
    )
    call = Call(brief(rules=(emergency,))).answered()
    call.hears("A pipe burst and it is flooding, right now, 12 Oak Street, Springfield. My name is Anna Reyes.")
    for _ in range(3):
        studied(call)
    assert call.flags().count("trigger") <= 1
    assert call.state.is_emergency


def test_the_risk_never_falls() -> None:
    call = Call().answered()
    call.hears("This is Microsoft, your computer has a virus, install AnyDesk and give me control now")
    studied(call)
    risk = call.state.risk
    assert risk > 0.6
    call.state.turns = call.state.turns[:1]
    studied(call)
    assert call.state.risk == risk
    assert call.flags().count("scam") == 1


def test_a_scam_ends_the_call_only_where_the_tenant_wants_it() -> None:
    words = "This is Microsoft, your computer has a virus, install AnyDesk, act now, pay with a gift card and give me the password"
    for action, ends in (("flag", False), ("end_call", True)):
        call = Call(brief(scam=ScamPolicy(action=action))).answered()  # type: ignore[arg-type]
        call.hears("This is Microsoft, your computer has a virus, install AnyDesk and give me control now")
        call.hears(words)
        studied(call)
        assert (call.end is not None) is ends


def test_a_study_of_a_long_talk_is_quick() -> None:
    call = Call(brief(rules=RULES)).answered()
    for index in range(12):
        call.hears(f"I need a cleaning at {index + 10} Oak Street, Springfield, tomorrow at 2 PM, how much is that?")
    study(call.brief, call.state.turns)
    best = min(_timed(call) for _ in range(5))
    assert best < 0.02


def _timed(call: Call) -> float:
    start = time.thread_time()
    study(call.brief, call.state.turns)
    return time.thread_time() - start
