"""A call script as an operator writes it: purpose, answers, replies to objections, closing."""

from __future__ import annotations

import re

import msgspec

_HEADING = re.compile(
    r"^\s*(?P<name>purpose|offer|q|question|a|answer|objection|reply|closing|voicemail)\s*:\s*(?P<text>.*)$",
    re.IGNORECASE,
)
_LONGEST = 600


class Answer(msgspec.Struct, frozen=True):
    """What to answer when something is asked or objected; `says` are words of the customer."""

    says: str
    answer: str


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A script taken apart.

    Attributes:
        purpose: why the agent calls, one or two sentences.
        offer: the question that follows it.
        answers: to questions.
        objections: replies to objections.
        closing: the last sentence of a call without agreement.
    """

    purpose: str = ""
    offer: str = ""
    answers: tuple[Answer, ...] = ()
    objections: tuple[Answer, ...] = ()
    closing: str = ""


def parse(text: str) -> Script:
    """The script in a text.

    Lines may begin with `Purpose:`, `Offer:`, `Q:` and `A:`, `Objection:` and `Reply:`, `Closing:`; what stands
    before the first of them is the purpose. Lines without a heading go on with the one before. A last sentence of
    the purpose that asks something is the offer unless one is given.
    """
    found: dict[str, list[str]] = {"purpose": [], "offer": [], "closing": []}
    answers: list[tuple[str, list[str]]] = []
    objections: list[tuple[str, list[str]]] = []
    into = found["purpose"]
    for line in text.splitlines():
        match = _HEADING.match(line)
        if match is None:
            into.append(line)
            continue
        name = match["name"].lower()
        if name in ("q", "question", "objection"):
            pairs = objections if name == "objection" else answers
            pairs.append((match["text"].strip(), []))
            into = pairs[-1][1]
            continue
        if name in ("a", "answer"):
            into = answers[-1][1] if answers else []
        elif name == "reply":
            into = objections[-1][1] if objections else []
        else:
            into = found.setdefault(name, [])
        into.append(match["text"])
    purpose, offer = _joined(found["purpose"]), _joined(found["offer"])
    if purpose.endswith("?") and not offer:
        purpose, offer = _last_question(purpose)
    return Script(
        purpose=purpose,
        offer=offer,
        answers=_pairs(answers),
        objections=_pairs(objections),
        closing=_joined(found["closing"]),
    )


def _pairs(pairs: list[tuple[str, list[str]]]) -> tuple[Answer, ...]:
    return tuple(Answer(says, answer) for says, lines in pairs if says and (answer := _joined(lines)))


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())[:_LONGEST]


def _last_question(text: str) -> tuple[str, str]:
    parts = re.split(r"(?<=[.!?])\s+", text)
    return " ".join(parts[:-1]), parts[-1]
