"""The migrations make exactly what the models say, and guard every tenant's rows."""

import psycopg

from callout.features import all_tables
from callout.kit.db.base import Base
from callout.run.embedded_postgres import APP_ROLE, EmbeddedPostgres
from callout.run.migrate import differences, migrate, pending


def test_models_and_migrations_agree(postgres: EmbeddedPostgres) -> None:
    assert differences(postgres.url_owner) == []


def test_nothing_is_pending_and_migrating_again_changes_nothing(postgres: EmbeddedPostgres) -> None:
    migrate(postgres.url_owner, app_role=APP_ROLE)
    assert pending(postgres.url_app) == []


def test_every_table_with_a_tenant_has_forced_row_level_security(postgres: EmbeddedPostgres) -> None:
    all_tables()
    wanted = {table.name for table in Base.metadata.sorted_tables if "tenant_id" in table.c} | {"tenants"}
    query = """
        SELECT relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
        WHERE relrowsecurity AND relforcerowsecurity
    """
    with psycopg.connect(postgres.url_owner) as connection:
        guarded = {row[0] for row in connection.execute(query)}
    assert wanted - guarded == set()


def test_the_services_role_owns_nothing_and_cannot_bypass_policies(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.url_owner) as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = %s", (APP_ROLE,)
        ).fetchone()
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = %s)", (APP_ROLE,)
        ).fetchone()
    assert role == (False, False, False)
    assert owned == (0,)
