"""`callout serve`, `callout work`, `callout sandbox`: parts on their own."""

import os
from pathlib import Path

import click

from callout.run import lifecycle, provisioning
from callout.run.topology import DRAIN_S, PARTS
from callout.settings import load_settings


@click.command()
@click.argument("parts", nargs=-1, required=True, type=click.Choice(list(PARTS)))
@click.option("--drain", default=DRAIN_S, show_default=True, help="Seconds work under way may take when stopping.")
@click.option("--ready-file", type=click.Path(path_type=Path), hidden=True)
@click.option("--end-with-parent", is_flag=True, hidden=True)
def serve(*, parts: tuple[str, ...], drain: float, ready_file: Path | None, end_with_parent: bool) -> None:
    """Run one or several parts in this process; the gateway only alone."""
    if "gateway" in parts:
        if len(parts) > 1:
            raise click.UsageError("the gateway is a program of its own: serve it alone")
        _gateway()
    _run(parts, drain, ready_file, end_with_parent=end_with_parent)


@click.command()
@click.option("--drain", default=15.0, show_default=True, help="Seconds steps under way may take when stopping.")
def work(*, drain: float) -> None:
    """Run a worker: workflows, timers, deliveries."""
    _run(("worker",), drain, None, end_with_parent=False)


@click.command()
def sandbox() -> None:
    """Run the simulators of outside providers."""
    _run(("sandbox",), 2.0, None, end_with_parent=False)


def _run(parts: tuple[str, ...], drain: float, ready_file: Path | None, *, end_with_parent: bool) -> None:
    if end_with_parent:
        lifecycle.end_with_parent()
    foundation = provisioning.lay(load_settings())
    if foundation.postgres is not None:
        provisioning.bring_up_to_date(foundation)
    lifecycle.run(parts, foundation.installation, drain_s=drain, ready_file=ready_file)


def _gateway() -> None:
    from callout.run import edge  # noqa: PLC0415

    made = edge.prepare(load_settings())
    os.execv(made.command[0], made.command)  # noqa: S606 - becomes Envoy, whose signals are then its own
