"""The database itself keeps tenants apart, whatever a query forgets."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from callout.kit.db.base import Base
from callout.kit.principal import Principal
from tests.system.belongings import rows_of, tenant_tables
from tests.system.business import Business, found_business
from tests.system.furnish import furnish
from tests.system.house import House

TABLES = tenant_tables()
EMPTY: frozenset[str] = frozenset()


class Pair(NamedTuple):
    """Two furnished businesses."""

    a: Business
    b: Business
    before: dict[str, list[str]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(system: House) -> AsyncIterator[Pair]:
    a = await found_business(system, "Amberfield", "+13055550111")
    b = await found_business(system, "Quillhaven", "+14155550111")
    for business in (a, b):
        await furnish(business, "250.00")
    yield Pair(a, b, await rows_of(b))


async def count(system: House, table: str, principal: Principal) -> int:
    async with system.database.transaction(principal) as work:
        return int((await work.session.execute(text(f'SELECT count(*) FROM "{table}"'))).scalar_one())


async def attempt(system: House, tenant: UUID, statement: str, **values: object) -> int:
    """Rows touched by a statement, which is then undone."""
    work = system.database.open(Principal.system(tenant))
    try:
        return int((await work.session.execute(text(statement), values)).rowcount)  # type: ignore[attr-defined]
    finally:
        await work.rollback()
        await work.session.close()


@pytest.mark.parametrize("table", TABLES)
async def test_a_query_without_a_filter_sees_and_touches_only_ones_own(system: House, pair: Pair, table: str) -> None:
    own = len((await rows_of(pair.a))[table])
    assert (own > 0) is (table not in EMPTY)
    assert await count(system, table, Principal.system(pair.a.tenant_id)) == own
    assert await attempt(system, pair.a.tenant_id, f'UPDATE "{table}" SET tenant_id = tenant_id') == own
    theirs = f'SELECT 1 FROM "{table}" WHERE tenant_id = :b'
    assert await attempt(system, pair.a.tenant_id, theirs, b=pair.b.tenant_id) == 0


async def test_deleting_everything_deletes_only_ones_own(system: House, pair: Pair) -> None:
    own, deleted = await rows_of(pair.a), {}
    work = system.database.open(Principal.system(pair.a.tenant_id))
    try:
        for table in reversed(TABLES):
            done = await work.session.execute(text(f'DELETE FROM "{table}"'))
            deleted[table] = done.rowcount  # type: ignore[attr-defined]
    finally:
        await work.rollback()
        await work.session.close()
    assert deleted == {table: len(own[table]) for table in TABLES}


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_there_are_no_rows(system: House, pair: Pair, table: str) -> None:
    assert await count(system, table, Principal(role="public")) == 0


@pytest.mark.parametrize("table", sorted(set(TABLES) - EMPTY))
async def test_a_row_cannot_be_given_to_somebody_else(system: House, pair: Pair, table: str) -> None:
    columns = Base.metadata.tables[table].columns
    written = ", ".join(f'"{column.name}"' for column in columns if column.computed is None)
    for statement in (
        f'UPDATE "{table}" SET tenant_id = :b',
        f"""INSERT INTO "{table}" ({written}) SELECT {written} FROM (SELECT (jsonb_populate_record(
            t, jsonb_build_object('tenant_id', CAST(:b AS text)))).* FROM "{table}" t LIMIT 1) AS given""",
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            await attempt(system, pair.a.tenant_id, statement, b=str(pair.b.tenant_id))


async def test_every_table_with_a_tenant_is_protected_from_its_owner_too(system: House) -> None:
    query = text(
        """SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
           JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
           WHERE c.relkind IN ('r', 'p')"""
    )
    async with system.database.lookup() as work:
        found = {row[0]: row[1] for row in await work.session.execute(query)}
    assert set(found) == set(TABLES)
    assert {name for name, is_protected in found.items() if not is_protected} == set()


async def test_the_services_role_cannot_get_around_it(system: House) -> None:
    query = text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
    owned = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    async with system.database.lookup() as work:
        assert tuple((await work.session.execute(query)).one()) == (False, False, False)
        assert (await work.session.execute(owned)).scalar_one() == 0


async def test_nothing_of_it_was_changed(pair: Pair) -> None:
    assert await rows_of(pair.b) == pair.before
