"""The comparison of strategies as a table, and as the page of the documentation."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from callout.features.dispatch.simulation.figures import Figures, mean
from callout.features.dispatch.simulation.page_text import PAGE
from callout.features.dispatch.simulation.strategies import BY_NAME
from callout.features.dispatch.simulation.town import Plan


class Column(NamedTuple):
    """A column: what it is, how it is written, and which end is good (None: neither)."""

    title: str
    field: str
    written: Callable[[float], str]
    best: Callable[[Sequence[float]], float] | None


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _minutes(value: float) -> str:
    return f"{value:.1f} min"


COLUMNS: Final = (
    Column("filled in 30 min", "filled_30_min", _percent, max),
    Column("filled at all", "filled", _percent, max),
    Column("accept p50", "accept_p50_min", _minutes, min),
    Column("accept p90", "accept_p90_min", _minutes, min),
    Column("offers per job", "offers_per_job", "{:.2f}".format, min),
    Column("lost yes per job", "late_yes_per_job", "{:.2f}".format, min),
    Column("mean distance", "mean_km", lambda km: f"{km:.1f} km", min),
    Column("newcomer wait", "newcomer_wait_h", lambda hours: f"{hours:.0f} h", min),
    Column("Gini of jobs", "gini", "{:.2f}".format, min),
    Column("mean success", "mean_success", "{:.3f}".format, max),
)
Averages = dict[str, float | None]


def averages(runs: Sequence[Figures]) -> Averages:
    """The mean of each figure over several towns; None where no town had it."""
    known = {
        column.field: [value for run in runs if (value := getattr(run, column.field)) is not None] for column in COLUMNS
    }
    return {name: mean(values) for name, values in known.items()}


def table(by_strategy: dict[str, Sequence[Figures]]) -> list[list[str]]:
    """Rows of cells under a heading; the best of a column, as it is written, carries an asterisk."""
    rows = {name: averages(runs) for name, runs in by_strategy.items()}
    best = {column.field: _best(column, list(rows.values())) for column in COLUMNS}
    cells = [["strategy", *(column.title for column in COLUMNS)]]
    for name, row in rows.items():
        cells.append([BY_NAME[name].title])
        for column in COLUMNS:
            value = row[column.field]
            text = "-" if value is None else column.written(value)
            cells[-1].append(f"{text} *" if len(rows) > 1 and text == best[column.field] else text)
    return cells


def page(by_strategy: dict[str, Sequence[Figures]], plan: Plan, seeds: Sequence[int], command: str) -> str:
    """The page of the documentation, in Markdown."""
    head, *rows = table(by_strategy)
    lines = [" | ".join(head), " | ".join(["---"] * len(head)), *(" | ".join(row) for row in rows)]
    grid = "\n".join(f"| {line} |" for line in lines).replace(" *", " **·**")
    jobs = sum(run.jobs for run in next(iter(by_strategy.values())))
    waves, spread = by_strategy.get("waves"), ""
    if waves:
        shares = [100 * run.filled_30_min for run in waves if run.filled_30_min is not None]
        spread = f" Filled in 30 minutes under waves, by town: {', '.join(f'{share:.1f}' for share in shares)} %."
    return PAGE.format(
        grid=grid,
        command=command,
        seeds=", ".join(map(str, seeds)),
        towns=len(seeds),
        vendors=plan.vendors,
        newcomers=plan.newcomers,
        per_day=f"{plan.jobs_per_day:g}",
        warm_up=plan.warm_up_days,
        days=plan.days,
        jobs=jobs,
        spread=spread,
    )


def _best(column: Column, rows: Sequence[Averages]) -> str | None:
    values = [value for row in rows if (value := row[column.field]) is not None]
    return column.written(column.best(values)) if values and column.best else None
