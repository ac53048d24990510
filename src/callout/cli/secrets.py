"""`callout secrets`: status, rotate."""

import asyncio
import sys

import click

from callout.kit.db.resealing import Tally
from callout.kit.secrets import key_id
from callout.run import provisioning
from callout.run.installation import Installation
from callout.settings import load_settings


@click.group("secrets")
def secrets() -> None:
    """The keys that stored credentials are sealed with."""


@secrets.command()
def status() -> None:
    """Count what is sealed with which key; changes nothing."""
    from callout.run.secret_rotation import rotate as run  # noqa: PLC0415 - `callout --help` stays quick

    made = provisioning.lay(load_settings()).installation
    _tell(asyncio.run(run(made, dry=True)), made)


@secrets.command()
def rotate() -> None:
    """Seal everything anew with CALLOUT_SECRET_KEY; can be interrupted and started again at any time."""
    from callout.run.secret_rotation import rotate as run  # noqa: PLC0415 - `callout --help` stays quick

    made = provisioning.lay(load_settings()).installation

    def say(done: int, total: int) -> None:
        if done == total or done % 100 == 0:
            click.echo(f"{done} of {total} tenants")

    tally = asyncio.run(run(made, say=say))
    _tell(tally, made)
    click.echo(f"{tally.resealed} values were sealed anew.")
    if tally.unreadable:
        sys.exit(1)
    click.echo("CALLOUT_PREVIOUS_SECRET_KEYS may be emptied once no link made with the old key matters any more.")


def _tell(tally: Tally, made: Installation) -> None:
    if not tally.by_key:
        click.echo("Nothing is sealed yet.")
    newest = key_id(made.secret)
    previous = {key_id(one): f"previous {number}" for number, one in enumerate(made.previous_secrets, 1)}
    for name, count in sorted(tally.by_key.items()):
        meaning = "newest" if name == newest else previous.get(name, "named otherwise once")
        click.echo(f"{name} ({meaning}): {count}")
    for line in tally.unreadable:
        click.echo(f"No key opens: {line}", err=True)
