"""The `callout` command: reads arguments, calls `callout.run`, prints; no logic."""

import sys

import click

from callout import __version__
from callout.cli.calls import calls
from callout.cli.database import database
from callout.cli.demo import demo
from callout.cli.dispatch import dispatch
from callout.cli.doctor import doctor
from callout.cli.import_file import import_file
from callout.cli.secrets import secrets
from callout.cli.serve import sandbox, serve, work
from callout.cli.up import up
from callout.run.errors import RunError
from callout.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callout")
def commands() -> None:
    """Outbound AI calling and field dispatch for local service businesses."""


for command in (up, demo, serve, work, sandbox, database, secrets, calls, dispatch, doctor, import_file):
    commands.add_command(command)


def main() -> None:
    """Run a command; known problems end it with their message instead of a traceback."""
    try:
        commands(standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except (SettingsError, RunError) as problem:
        click.echo(f"callout: {problem}", err=True)
        sys.exit(1)
