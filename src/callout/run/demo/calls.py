"""Conversations for the demonstration: our own scripts, and real ones from a data folder. Pure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

Spoken = tuple[str, str]
"""(speaker, text); the speaker is agent or customer."""

MAX_TURNS = 30


class Call(NamedTuple):
    """What was said on one call."""

    name: str
    turns: tuple[Spoken, ...]
    wants_work: bool


BURST_PIPE = Call(
    "a burst pipe",
    (
        ("agent", "Hello, this is Mia, an AI assistant calling for Bright Home Services. Do you have a minute?"),
        ("customer", "Actually yes, good that you call. We have an emergency, a pipe burst in the basement."),
        ("agent", "I am sorry to hear that. Is water still running?"),
        ("customer", "Yes, water is flooding the kitchen right now. I need a plumber, can you send someone over?"),
        ("agent", "Of course. May I have your name and the address?"),
        ("customer", "My name is Anna Reyes. The address is 12 Oak Street, Springfield."),
        ("agent", "So a plumber to 12 Oak Street, Springfield, for Anna Reyes, right away. Is that correct?"),
        ("customer", "Yes please, as soon as possible."),
        ("agent", "Help is on its way. You will get a message with the name of the plumber."),
        ("customer", "Thank you so much, goodbye."),
    ),
    wants_work=True,
)
DEEP_CLEAN = Call(
    "a deep clean",
    (
        ("agent", "Hello, this is Mia, an AI assistant calling for Bright Home Services. May I ask you something?"),
        ("customer", "Sure, what is it about?"),
        ("agent", "We clean homes and offices in your area. Would a visit be of interest?"),
        ("customer", "Yes I need cleaning at 48 Maple Avenue, Springfield. My name is Tom Becker."),
        ("agent", "Shall we send our cleaner?"),
        ("customer", "Yes please, come and clean tomorrow at ten in the morning."),
        ("agent", "Tomorrow at ten at 48 Maple Avenue. Thank you, Mr Becker."),
        ("customer", "Great, thanks. Bye."),
    ),
    wants_work=True,
)
NOT_INTERESTED = Call(
    "a refusal",
    (
        ("agent", "Hello, this is Mia, an AI assistant calling for Bright Home Services. Do you have a minute?"),
        ("customer", "I'm not interested in cleaning, we already have someone."),
        ("agent", "I understand. Have a good day."),
        ("customer", "Bye."),
    ),
    wants_work=False,
)


def real_calls(folder: Path, count: int) -> list[Call]:
    """Real service conversations of a data folder: confirmed visits first, then others."""
    path = folder / "conversations" / "conversations.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there")
    calls = list(_read(path))
    booked = [call for call in calls if call.wants_work][: (count + 1) // 2]
    others = [call for call in calls if not call.wants_work][: count - len(booked)]
    return booked + others


def _read(path: Path) -> Iterator[Call]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            turns = tuple((turn["speaker"], turn["text"]) for turn in entry["turns"][:MAX_TURNS])
            if {speaker for speaker, _ in turns} == {"agent", "customer"}:
                yield Call(entry["id"], turns, wants_work=bool(entry["labels"].get("appointment_booked")))
