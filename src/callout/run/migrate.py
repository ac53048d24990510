"""Brings the database to the schema of this release, one process at a time."""

from dbos import DBOS
from sqlalchemy import Connection, create_engine, make_url, text

from callout.features import all_tables
from callout.kit.db.base import Base
from callout.migrations.protection import protect

LOCK = 7_236_001
NOT_TENANT_SCOPED = {"event_heads"}


def migrate(owner_url: str, *, app_role: str | None = None) -> None:
    """Creates or upgrades all tables, the workflow tables included.

    Args:
        owner_url: A role that may change the schema.
        app_role: The weaker role the services connect as, given access to everything they need.
    """
    engine = create_engine(make_url(owner_url).set(drivername="postgresql+psycopg"))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            try:
                _upgrade(connection)
                connection.commit()
                DBOS.migrate(owner_url, application_role=app_role)
                if app_role:
                    _grant(connection, app_role)
                    connection.commit()
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
                connection.commit()
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    all_tables()
    Base.metadata.create_all(connection)
    for table in Base.metadata.sorted_tables:
        if "tenant_id" in table.c and table.name not in NOT_TENANT_SCOPED:
            exists = connection.execute(
                text("SELECT 1 FROM pg_policies WHERE tablename = :table"), {"table": table.name}
            ).first()
            for statement in [] if exists else protect(table.name):
                connection.execute(text(statement))


def _grant(connection: Connection, role: str) -> None:
    for statement in (
        f'GRANT USAGE ON SCHEMA public TO "{role}"',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"',
        f'GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO "{role}"',
    ):
        connection.execute(text(statement))
