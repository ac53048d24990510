"""`callout db`: migrate, address, stop."""

import click

from callout.run import embedded_postgres, provisioning
from callout.settings import load_settings


@click.group("db")
def database() -> None:
    """The database."""


@database.command()
def migrate() -> None:
    """Bring the schema to this release."""
    provisioning.bring_up_to_date(provisioning.lay(load_settings()))
    click.echo("The schema is current.")


@database.command()
@click.option("--owner", is_flag=True, help="The role that owns the schema instead of the services' role.")
def url(*, owner: bool) -> None:
    """Print the address, for psql and the like; starts the embedded server if need be."""
    made = provisioning.lay(load_settings()).installation
    click.echo(made.owner_url if owner else made.app_url)


@database.command()
def stop() -> None:
    """Stop the embedded server."""
    running = embedded_postgres.find(load_settings().state_dir)
    if running is None:
        click.echo("It is not running.")
        return
    running.stop()
    click.echo("Stopped.")
