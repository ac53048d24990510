"""`callout import`."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from callout.run import provisioning
from callout.settings import load_settings


def _mapping(_context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        header, sign, field = pair.rpartition("=")
        if not sign:
            raise click.BadParameter(f"{pair!r}: write HEADER=FIELD, or HEADER= to leave a column out")
        mapping[header] = field
    return mapping


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", metavar="SLUG", help="The business it is for, where there are several.")
@click.option("--country", metavar="CC", help="Country of phones without a country code, such as US.")
@click.option("--map", "mapping", metavar="HEADER=FIELD", multiple=True, callback=_mapping, help="A column by hand.")
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="Where rejected rows are written.")
def import_file(
    *, file: Path, tenant: str | None, country: str | None, mapping: dict[str, str], rejected: Path | None
) -> None:
    """Import a CSV, XLSX, NDJSON or JSON FILE of businesses, of any size.

    Broken off by Ctrl-C or otherwise, the same command goes on where it was.
    """
    from callout.run import import_file as run  # noqa: PLC0415 - `callout --help` stays quick

    console = Console()
    foundation = provisioning.lay(load_settings())
    try:
        provisioning.bring_up_to_date(foundation)
        wish = run.Wish(file, tenant, country, mapping, rejected or Path(f"{file.stem}-rejected.csv"))
        with _bar(console) as bar:
            task = bar.add_task("", total=None, rate="")

            def tell(standing: Any) -> None:
                seconds = max(bar.tasks[0].elapsed or 0.0, 0.001)
                rate = f"{standing.found:,} rows, {standing.found / seconds:,.0f}/s"
                bar.update(task, total=standing.size, completed=standing.offset, rate=rate)

            outcome = asyncio.run(run.import_file(foundation.installation, wish, tell=tell, say=bar.console.print))
    except KeyboardInterrupt:
        console.print("Broken off. The same command goes on where it was.")
        raise
    finally:
        if foundation.postgres is not None and foundation.postgres.started_here:
            foundation.postgres.stop()
    _report(console, outcome)
    sys.exit(0 if outcome.standing.status == "completed" else 1)


def _bar(console: Console) -> Progress:
    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _report(console: Console, outcome: Any) -> None:
    counts = outcome.standing
    console.print(
        f"[bold]{counts.status}[/]: {counts.found:,} rows = {counts.stored:,} new + {counts.duplicates:,} known before"
        f" + {counts.rejected:,} rejected; {counts.callable:,} can be called",
        highlight=False,
    )
    if outcome.rejected is not None:
        console.print(f"rejected rows with their reasons: {escape(str(outcome.rejected))}", soft_wrap=True)
    for entry in [entry for entry in outcome.errors if not str(entry["tile"]).startswith("row")][-5:]:
        console.print(f"{entry['code']}: {escape(entry['message'])}", soft_wrap=True)
    console.print(f"job {outcome.job_id}", highlight=False)
