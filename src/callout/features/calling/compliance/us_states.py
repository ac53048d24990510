"""Hours of single states of the USA, where their law is stricter than the federal one (`us_states.toml`)."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from callout.features.calling.compliance.windows import LIMIT, Week, hours_of, week_of_spans

_FILE = Path(__file__).parent / "us_states.toml"


class StateHours(msgspec.Struct, frozen=True, kw_only=True):
    """When calls to a state may begin, in the callee's time.

    Attributes:
        law: where that is laid down.
        read: its words were seen, if only as others quote them, or others cite it for these hours.
    """

    code: str
    hours: Week
    law: str
    read: Literal["text", "cited"]
    reviewed: date


@cache
def states() -> Mapping[str, StateHours]:
    """The stricter states by their two letters."""
    file = tomllib.loads(_FILE.read_text("utf-8"))
    return {given["code"]: _state(given, file["reviewed"]) for given in file["state"]}


def hours_in(state: str | None) -> Week:
    """The hours a state leaves; the federal ones where it has none of its own, or nobody knows the state."""
    known = states().get(state or "")
    return known.hours if known is not None else LIMIT


def states_view() -> dict[str, Any]:
    """The stricter states as they are shown."""
    return {
        code: {"window": hours_of(state.hours), "law": state.law, "read": state.read}
        for code, state in sorted(states().items())
    }


def _state(given: Mapping[str, Any], reviewed: date) -> StateHours:
    return StateHours(
        code=given["code"], hours=week_of_spans(given), law=given["law"], read=given["read"], reviewed=reviewed
    )
