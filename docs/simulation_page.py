"""The page that compares ways of asking: written from kept figures, whose age a small town tells within seconds."""

import json
import sys
from pathlib import Path
from typing import Any

SEEDS = (7, 8, 9)
COMMAND = "callout dispatch simulate " + " ".join(f"--seed {seed}" for seed in SEEDS) + " --table"
DIGITS = 6
"""To which figures are kept: more than the page shows, fewer than processors agree on."""


def simulation_pages(folder: Path, *, may_play: bool) -> dict[Path, str]:
    """The page and its figures.

    A few days of a small town are played under every way of asking. When they come out as they did when the figures
    were made, the figures still hold.

    Args:
        folder: where both files are.
        may_play: whether figures that no longer hold are made anew, which takes minutes; else they are kept, beside
            what the small town came to now.
    """
    import msgspec

    from callout.features.dispatch.policy import DEFAULT_POLICY
    from callout.features.dispatch.simulation.figures import Figures
    from callout.features.dispatch.simulation.town import Plan
    from callout.run.dispatch_rehearsal import compare, document

    def played(plan: Plan, seeds: tuple[int, ...]) -> dict[str, Any]:
        compared = compare(plan, seeds, (), DEFAULT_POLICY, lambda line: print(line, file=sys.stderr))
        return {name: [_rounded(msgspec.to_builtins(run)) for run in runs] for name, runs in compared.items()}

    page, data = folder / "dispatch-simulation.md", folder / "dispatch-simulation.json"
    kept = json.loads(data.read_text("utf-8")) if data.exists() else {"small_town": None, "towns": {}}
    small = played(Plan(vendors=16, newcomers=3, jobs_per_day=24, warm_up_days=2, days=3), SEEDS[:1])
    towns = kept["towns"]
    if may_play and kept["small_town"] != small:
        towns = played(Plan(), SEEDS)
    wanted = {data: json.dumps({"small_town": small, "towns": towns}, indent=1) + "\n"}
    if towns:
        figures = msgspec.convert(towns, dict[str, list[Figures]])
        wanted[page] = document(dict(figures), Plan(), SEEDS, COMMAND)
    return wanted


def _rounded(run: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in run.items()}
