"""Days of a made-up town under one or more ways of asking: needs no database and no running product."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from callout.features.dispatch.policy import DEFAULT_POLICY, DEFAULT_WEIGHTS, Policy, parse_policy
from callout.features.dispatch.simulation import page as pages
from callout.features.dispatch.simulation.figures import Figures, figures
from callout.features.dispatch.simulation.strategies import BY_NAME
from callout.features.dispatch.simulation.town import Plan, rehearse
from callout.kit.errors import Problem
from callout.run.errors import RunError

Compared = dict[str, Sequence[Figures]]
NAMES = tuple(BY_NAME)


def compare(
    plan: Plan, seeds: Sequence[int], strategies: Sequence[str], policy: Policy, say: Callable[[str], None]
) -> Compared:
    """Plays every town under every way of asking.

    Args:
        plan: size of the town; its seed is replaced by each of `seeds`.
        seeds: one town each.
        strategies: names out of `NAMES`; all when empty.
        policy: decides where the strategy does not.
        say: Shows a line of progress.
    """
    found: dict[str, list[Figures]] = {name: [] for name in strategies or NAMES}
    for seed in seeds:
        town = msgspec.structs.replace(plan, seed=seed)
        for name, runs in found.items():
            say(f"town {seed}: {name}")
            runs.append(figures(rehearse(town, BY_NAME[name], policy), town))
    return {name: list(runs) for name, runs in found.items()}


def read_policy(path: Path | None) -> Policy:
    """A policy out of a JSON file with `weights` and `knobs`, either of which may be absent; the built-in one without.

    Raises:
        RunError: the file is not JSON, or not an acceptable policy.
    """
    if path is None:
        return DEFAULT_POLICY
    try:
        told = json.loads(path.read_text("utf-8"))
        weights = told.get("weights", DEFAULT_WEIGHTS)
        return parse_policy(0, weights, told.get("knobs"))
    except (ValueError, AttributeError) as error:
        raise RunError(f"{path} does not hold a policy ({error}); it is JSON with `weights` and `knobs`") from error
    except Problem as problem:
        faults = "; ".join(f"{fault.field}: {fault.message}" for fault in problem.errors) or problem.detail
        raise RunError(f"{path} is not an acceptable policy. {faults}") from problem


def rows(compared: Compared) -> list[list[str]]:
    """The comparison as cells under a heading: a figure per row, a way of asking per column."""
    by_strategy = pages.table(compared)
    for row, name in zip(by_strategy[1:], compared, strict=True):
        row[0] = name
    return [list(row) for row in zip(*by_strategy, strict=True)]


def document(compared: Compared, plan: Plan, seeds: Sequence[int], command: str) -> str:
    """The comparison as a page of the documentation."""
    return pages.page(compared, plan, seeds, command)
