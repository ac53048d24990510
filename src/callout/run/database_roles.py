"""The database and its two roles: an owner for migrations and a weak one for the services."""

import psycopg
from psycopg import sql


def ensure_database(admin_url: str, database_url: str, database: str, owner: str, app: str) -> None:
    """Create what is missing; running it again changes nothing.

    Args:
        admin_url: a superuser's URL to the maintenance database.
        database_url: the same superuser's URL to the database itself.
        database: name of the database.
        owner: role that owns it and runs migrations; not a superuser.
        app: role of the services: no superuser, bound by row-level security, owns nothing.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for role in (owner, app):
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS").format(
                        sql.Identifier(role)
                    )
                )
        if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s", database):
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), sql.Identifier(owner))
            )
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in _GRANTS:
            connection.execute(
                sql.SQL(statement).format(
                    owner=sql.Identifier(owner),
                    app=sql.Identifier(app),
                    database=sql.Identifier(database),
                )
            )


_GRANTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT ALL ON SCHEMA public TO {owner}",
    "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SCHEMAS TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {app}",
)


def _exists(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query.encode(), (name,)).fetchone() is not None
