"""Hearing on is hearing all over again, only quicker."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.calling_brain.call import MONDAY, context
from tests.unit.calling_brain.test_properties import FRAGMENTS

from callout.features.calling.brain.listening import Ear
from callout.features.conversations.analysis import analyse, conclude
from callout.features.conversations.model import Turn

AGENT = (
    "What is the address?",
    "May I have your name, please?",
    "What day and time would suit you?",
    "Is that right?",
    "Anything else?",
)
spoken = st.lists(
    st.tuples(st.sampled_from(("agent", "customer", "system")), st.sampled_from((*FRAGMENTS, *AGENT))), max_size=12
)


@settings(max_examples=150)
@given(spoken, st.integers(0, 11))
def test_a_growing_talk_is_heard_as_a_whole(lines: list[tuple[Any, str]], changed: int) -> None:
    ear, about = Ear(), context()
    turns: list[Turn] = []
    for seq, (speaker, text) in enumerate(lines, 1):
        turns.append(Turn(seq=seq, speaker=speaker, content=text, at=MONDAY))
        assert conclude(ear.hear("talk", turns, about), about) == analyse(turns, about)
    if changed < len(turns):
        turns[changed] = Turn(seq=changed + 1, speaker="customer", content="my name is Laura Bennett", at=MONDAY)
        assert conclude(ear.hear("talk", turns, about), about) == analyse(turns, about)
