"""The invented customers, read from `data/personas/*.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

_FOLDER = Path(__file__).parent / "data" / "personas"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of behaviour: what the persona says (one of `says`) when the agent's words match.

    Attributes:
        hears: a regular expression, ignoring case, in what was last heard of the agent; empty matches anything.
        times: how often at most; 0 without limit.
        does: instead of, or after, speaking: hang up, stay silent, press a key (`key:9`), wait for more.
    """

    says: tuple[str, ...] = ()
    hears: str = ""
    times: int = 0
    does: str = "speak"

    def fits(self, heard: str) -> bool:
        """Whether the agent's words call for this line."""
        return re.search(self.hears, heard, re.IGNORECASE) is not None


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What a good agent makes of the call.

    Attributes:
        order: how many orders: exactly one, none, or either.
        suppressed: whether the number has to be suppressed.
        flags: facts the brain has to raise.
        never: regular expressions the agent must never say.
        agent_turns: at most so many turns of the agent.
        reasons: how the call may end.
    """

    dispositions: tuple[str, ...]
    reasons: tuple[str, ...] = ("agent_hangup",)
    order: Literal["one", "none", "any"] = "none"
    suppressed: bool = False
    flags: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    agent_turns: int = 20
    is_live: bool = False


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """An invented customer, or a machine that answers.

    Attributes:
        goal: what it wants, also told to a language model that plays it.
        carrier: what the carrier detects, if anything: voicemail, fax, screening …
        beep: a voicemail's beep comes after its words.
        interrupts: share of the agent's sentences it cuts short.
        pauses: share of its turns before which it is silent.
        noise: whether its words suffer on the line.
        needs: words for its need instead of a service of the catalogue.
        service: which service its need is; a random one of the agent's otherwise.
    """

    code: str
    title: str
    goal: str
    expect: Expectation
    lines: tuple[Line, ...]
    order: int = 100
    carrier: str | None = None
    beep: bool = False
    interrupts: float = 0.0
    pauses: float = 0.0
    noise: bool = True
    needs: tuple[str, ...] = ()
    service: str | None = None


@cache
def all_personas() -> tuple[Persona, ...]:
    """Every persona, in the order of their files' `order`."""
    found = [_read(path) for path in sorted(_FOLDER.glob("*.toml"))]
    return tuple(sorted(found, key=lambda persona: (persona.order, persona.code)))


def chosen(codes: tuple[str, ...] | list[str]) -> tuple[Persona, ...]:
    """The personas of these codes; all of them when none is given.

    Raises:
        KeyError: there is no such persona.
    """
    if not codes:
        return all_personas()
    by_code = {persona.code: persona for persona in all_personas()}
    return tuple(by_code[code] for code in codes)


def _read(path: Path) -> Persona:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert({"code": path.stem, **document}, Persona)
