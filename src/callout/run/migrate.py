"""Brings the database to the schema of this release, one process at a time."""

from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from dbos import DBOS
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from callout.features import all_tables
from callout.kit.db.base import Base
from callout.kit.workflows.bells import TELL

LOCK = 7_236_001


def migrate(owner_url: str, *, app_role: str | None = None) -> None:
    """Creates or upgrades all tables, the workflow tables included.

    Args:
        owner_url: A role that may change the schema.
        app_role: The weaker role the services connect as, given access to everything they need.
    """
    engine = _engine(owner_url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            connection.commit()
            try:
                command.upgrade(_config(connection), "head")
                connection.commit()
                DBOS.migrate(owner_url, application_role=app_role)
                for statement in TELL:
                    connection.execute(text(statement))
                connection.commit()
                if app_role:
                    _grant(connection, app_role)
                    connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
                connection.commit()
    finally:
        engine.dispose()


def pending(url: str) -> list[str]:
    """Revisions that are not applied yet, oldest first."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            applied = MigrationContext.configure(connection).get_current_heads()
            script = ScriptDirectory.from_config(_config(connection))
            newer = script.iterate_revisions("heads", applied or "base")
            return [revision.revision for revision in newer if revision.revision not in applied][::-1]
    finally:
        engine.dispose()


def differences(url: str) -> list[object]:
    """What the tables in the database lack or have too much compared with the models."""
    all_tables()
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(context, Base.metadata))
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("callout.migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _grant(connection: Connection, role: str) -> None:
    for statement in (
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
    ):
        connection.execute(text(statement))
