"""The page that compares ways of asking: written from kept figures, whose age a small town tells within seconds."""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SEEDS = (7, 8, 9)
COMMAND = "callout dispatch simulate " + " ".join(f"--seed {seed}" for seed in SEEDS) + " --table"
DIGITS = 6
"""To which figures are kept: more than the page shows, fewer than processors agree on."""


def simulation_pages(folder: Path, *, may_play: bool) -> dict[Path, str]:
    """The page and its figures.

    A few days of a small town are played under every way of asking. When everybody asked there has the same scores,
    distances and answers as when the figures were made, the figures still hold.

    Args:
        folder: where both files are.
        may_play: whether figures that no longer hold are made anew, which takes minutes; else they are kept, beside
            what the small town came to now.
    """
    import msgspec

    from callout.features.dispatch.policy import DEFAULT_POLICY
    from callout.features.dispatch.simulation.figures import Figures
    from callout.features.dispatch.simulation.strategies import BY_NAME
    from callout.features.dispatch.simulation.town import Plan, rehearse
    from callout.run.dispatch_rehearsal import compare, document

    def played(plan: Plan, seeds: tuple[int, ...]) -> dict[str, Any]:
        compared = compare(plan, seeds, (), DEFAULT_POLICY, lambda line: print(line, file=sys.stderr))
        return {name: [_rounded(msgspec.to_builtins(run)) for run in runs] for name, runs in compared.items()}

    page, data = folder / "dispatch-simulation.md", folder / "dispatch-simulation.json"
    kept = json.loads(data.read_text("utf-8")) if data.exists() else {"small_town": None, "towns": {}}
    small_town = Plan(seed=SEEDS[0], vendors=16, newcomers=3, jobs_per_day=24, warm_up_days=2, days=3)
    small = {
        name: _digest(rehearse(small_town, strategy, DEFAULT_POLICY).searches) for name, strategy in BY_NAME.items()
    }
    towns = kept["towns"]
    if may_play and kept["small_town"] != small:
        towns = played(Plan(), SEEDS)
    wanted = {data: json.dumps({"small_town": small, "towns": towns}, indent=1) + "\n"}
    if towns:
        figures = msgspec.convert(towns, dict[str, list[Figures]])
        wanted[page] = document(dict(figures), Plan(), SEEDS, COMMAND)
    return wanted


def _digest(searches: Iterable[Any]) -> str:
    told = hashlib.blake2b(digest_size=16)
    for search in searches:
        for offer in search.offers:
            row = offer.row
            figures = (row.score, row.accept_probability, row.distance_km, offer.ttl.total_seconds())
            told.update(f"{row.vendor_id} {offer.status} {[f'{figure:.{DIGITS}f}' for figure in figures]}\n".encode())
        told.update(f"{search.status} {search.wish.at}\n".encode())
    return told.hexdigest()


def _rounded(run: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in run.items()}
