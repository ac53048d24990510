"""`callout doctor`."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callout.run.diagnosis import Finding, Verdict, is_well
from callout.settings import load_settings

_COLOURS = {Verdict.OK: "green", Verdict.SIMULATED: "cyan", Verdict.OFF: "yellow", Verdict.FAILED: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def doctor(*, as_json: bool) -> None:
    """Say what is configured, simulated or missing, and how to mend it; exit code 1 if something failed."""
    from callout.run.doctor import examine  # noqa: PLC0415 - `callout --help` stays quick

    findings = examine(load_settings())
    if as_json:
        click.echo(json.dumps([finding._asdict() for finding in findings], indent=1))
    else:
        _print(findings)
    sys.exit(0 if is_well(findings) else 1)


def _print(findings: list[Finding]) -> None:
    table = Table(box=None, padding=(0, 1))
    for heading in ("", "", "", ""):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        state = Text(finding.verdict.value, style=_COLOURS[finding.verdict])
        table.add_row(finding.subject, state, finding.detail, Text(finding.remedy, style="dim"))
    Console().print(table)
