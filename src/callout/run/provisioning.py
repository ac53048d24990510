"""Makes what the services stand on: a database (ours or a given one), its schema, the signing keys."""

from dataclasses import dataclass

from callout.run import embedded_postgres
from callout.run.embedded_postgres import EmbeddedPostgres
from callout.run.installation import Installation, installation
from callout.settings import Settings


@dataclass(frozen=True, slots=True)
class Foundation:
    """The installation and, when the database is ours, its server."""

    installation: Installation
    postgres: EmbeddedPostgres | None


def lay(settings: Settings, *, die_with_parent: bool = False) -> Foundation:
    """Find or start the database; nothing is migrated yet.

    Args:
        settings: DATABASE_URL decides whether the database is a given one.
        die_with_parent: see `embedded_postgres.start`.
    """
    given = settings.database.url
    if given is not None:
        owner = settings.database.owner_url
        urls = (given.get_secret_value(), owner.get_secret_value() if owner else None)
        return Foundation(installation(settings, app_url=urls[0], owner_url=urls[1]), None)
    postgres = embedded_postgres.start(settings.state_dir, die_with_parent=die_with_parent)
    return Foundation(installation(settings, app_url=postgres.url_app, owner_url=postgres.url_owner), postgres)


def bring_up_to_date(foundation: Foundation) -> None:
    """Migrate to the schema of this release; safe to run from several processes at once."""
    from callout.run.migrate import migrate  # noqa: PLC0415 - imports every feature

    made = foundation.installation
    migrate(made.owner_url, app_role=_app_role(foundation))


def _app_role(foundation: Foundation) -> str | None:
    """The weaker role to grant access to, when there is one."""
    if foundation.postgres is not None:
        return embedded_postgres.APP_ROLE
    from sqlalchemy import make_url  # noqa: PLC0415

    made = foundation.installation
    app, owner = (make_url(url).username for url in (made.app_url, made.owner_url))
    return app if app != owner else None
