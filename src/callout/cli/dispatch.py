"""`callout dispatch`: explain, replay, simulate."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from callout.settings import load_settings

_token = click.option("--token", envvar="CALLOUT_TOKEN", help="Access token or key; the demonstration login without.")
_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable.")


@click.group()
def dispatch() -> None:
    """Who was asked, and why; what another policy would have done."""


@dispatch.command()
@click.argument("reference", metavar="ORDER|DECISION")
@click.option("--vendor", help="Explain this vendor's place instead of the first one's.")
@_token
@_json
def explain(*, reference: str, vendor: str | None, token: str | None, as_json: bool) -> None:
    """Say why this vendor was chosen: by order number, order id or id of a decision record."""
    from callout.run.dispatch_desk import explain as ask  # noqa: PLC0415 - `callout --help` stays quick

    found = ask(load_settings(), reference, vendor=vendor, token=token)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    if not found:
        click.echo("Nobody has been sought for this order yet.")
    for entry in found:
        _print_record(Console(), entry["record"], entry["told"])


@dispatch.command()
@click.argument("reference", metavar="ORDER|DECISION")
@click.option("--policy", type=int, help="Version to decide under; the recorded one when not given.")
@_token
@_json
def replay(*, reference: str, policy: int | None, token: str | None, as_json: bool) -> None:
    """Decide recorded cases again; exit code 1 if anything comes out differently."""
    from callout.run.dispatch_desk import replay as ask  # noqa: PLC0415

    found = ask(load_settings(), reference, policy=policy, token=token)
    if as_json:
        click.echo(json.dumps(found, indent=1))
    elif not found:
        click.echo("Nobody has been sought for this order yet.")
    else:
        for entry in found:
            _print_replay(Console(), entry)
    sys.exit(0 if all(entry["identical"] for entry in found) else 1)


@dispatch.command()
@click.option("--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: weights, knobs.")
@click.option("--seed", "seeds", type=int, multiple=True, help="One town each; may be repeated. 7 when not given.")
@click.option("--strategy", "strategies", multiple=True, help="Way of asking; may be repeated. All when not given.")
@click.option("--days", type=click.IntRange(1, 56), help="Days that are counted.")
@click.option("--jobs", type=click.FloatRange(1, 1000), help="Jobs a day.")
@click.option("--vendors", type=click.IntRange(3, 500))
@click.option("--table", "as_page", is_flag=True, help="Write the page of the documentation.")
@_json
def simulate(
    *,
    policy: Path | None,
    seeds: tuple[int, ...],
    strategies: tuple[str, ...],
    days: int | None,
    jobs: float | None,
    vendors: int | None,
    as_page: bool,
    as_json: bool,
) -> None:
    """Play days of a made-up town; needs no database, and the same seed gives the same figures."""
    import msgspec  # noqa: PLC0415 - `callout --help` stays quick

    from callout.features.dispatch.simulation.town import Plan  # noqa: PLC0415
    from callout.run import dispatch_rehearsal  # noqa: PLC0415

    for name in strategies:
        if name not in dispatch_rehearsal.NAMES:
            raise click.BadParameter(f"{name}: one of {', '.join(dispatch_rehearsal.NAMES)}", param_hint="--strategy")
    size: dict[str, Any] = {"days": days, "jobs_per_day": jobs, "vendors": vendors}
    plan = Plan(**{name: value for name, value in size.items() if value is not None})
    seeds = seeds or (plan.seed,)
    chosen = dispatch_rehearsal.read_policy(policy)
    progress = Console(stderr=True)
    compared = dispatch_rehearsal.compare(
        plan, seeds, strategies, chosen, lambda line: progress.print(line, style="dim")
    )
    if as_page:
        asked = "callout dispatch " + " ".join(sys.argv[sys.argv.index("simulate") :])
        click.echo(dispatch_rehearsal.document(compared, plan, seeds, asked), nl=False)
    elif as_json:
        click.echo(json.dumps(msgspec.to_builtins(compared), indent=1))
    else:
        _print_table(Console(), dispatch_rehearsal.rows(compared))
        click.echo("* the best of its column. See docs/reference/dispatch-simulation.md for what is assumed.")


def _print_record(console: Console, record: dict[str, Any], told: dict[str, Any]) -> None:
    console.print(
        f"[bold]{escape(record['at'])}[/] wave {record['wave']}, ring {record['ring']}, {record['policy_class']}, "
        f"policy {record['policy_version']}, {record['candidates_included']} of {record['candidates_total']} could be "
        f"asked  [dim]{record['id']}[/]",
        highlight=False,
    )
    console.print(f"  {escape(told['text'])}", highlight=False)
    if told["margin"] is not None:
        console.print(f"  ahead of the next by {told['margin']:.4f}", highlight=False)
    if told["contributions"]:
        parts = " + ".join(f"{name} {value:.3f}" for name, value in told["contributions"].items())
        console.print(f"  {parts} = {sum(told['contributions'].values()):.3f}", highlight=False)
    names = told["names"]
    ranked = sorted((row for row in record["candidates"] if row["included"]), key=lambda row: row["rank"])
    if ranked:
        rows = [_ranked_row(row, names) for row in ranked]
        _print_table(console, [["rank", "vendor", "id", "key", "yes", "km", ""], *rows])
    for change in told["counterfactuals"]:
        if change["feature"]:
            console.print(
                f"  {escape(_name(change, names))} would be first with {change['feature']} {change['from']:.2f} → "
                f"{change['to']:.2f}",
                highlight=False,
            )
    for row in record["candidates"]:
        if not row["included"]:
            codes = ", ".join(row["reason_codes"])
            console.print(
                f"  {escape(_name(row, names))} not asked: {codes}  {row['vendor_id']}", style="dim", highlight=False
            )


def _print_replay(console: Console, found: dict[str, Any]) -> None:
    record = found["record"]
    console.print(f"[bold]{escape(record['at'])}[/] wave {record['wave']}  [dim]{record['id']}[/]", highlight=False)
    if found["identical"]:
        console.print("  Identical: the same decision, bit for bit.")
    else:
        rows = [[d["vendor_id"], d["field"], str(d["recorded"]), str(d["replayed"])] for d in found["differences"]]
        _print_table(console, [["vendor", "value", "recorded", "replayed"], *rows])


def _ranked_row(row: dict[str, Any], names: dict[str, str]) -> list[str]:
    figures = (f"{row['rank_key']:.4f}", f"{row['accept_probability']:.2f}", f"{row['distance_km']:.1f}")
    asked = ["asked"] if row["chosen"] else []
    return [str(row["rank"]), _name(row, names), row["vendor_id"], *figures, ", ".join(asked + row["reason_codes"])]


def _name(row: dict[str, Any], names: dict[str, str]) -> str:
    return names.get(row["vendor_id"]) or "somebody"


def _print_table(console: Console, rows: list[list[str]]) -> None:
    table = Table(box=None, padding=(0, 1))
    for heading in rows[0]:
        table.add_column(heading, overflow="fold")
    for row in rows[1:]:
        table.add_row(*map(escape, row))
    console.print(table)
