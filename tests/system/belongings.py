"""What belongs to a business in the database: its rows, its ids, and everything that would give it away."""

import re
from typing import Any

from sqlalchemy import text

from callout.features import all_tables
from callout.kit.db.base import Base
from tests.system.business import Business

UUID_PATTERN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def tenant_tables() -> list[str]:
    """Tables whose rows belong to a tenant."""
    all_tables()
    return [table.name for table in Base.metadata.sorted_tables if "tenant_id" in table.c]


async def rows_of(business: Business) -> dict[str, list[str]]:
    """Every row, as text, by table."""
    tables = [*((name, "tenant_id") for name in tenant_tables()), ("tenants", "id")]
    found = {}
    async with business.house.database.lookup() as work:
        for table, column in tables:
            query = text(f'SELECT t::text FROM "{table}" t WHERE {column} = :tenant ORDER BY 1')
            found[table] = list((await work.session.execute(query, {"tenant": business.tenant_id})).scalars())
    return found


async def ids_of(business: Business) -> dict[str, list[str]]:
    """The ids of each table, oldest first; the version numbers of policies."""
    found: dict[str, list[str]] = {}
    async with business.house.database.lookup() as work:
        for name in tenant_tables():
            table = Base.metadata.tables[name]
            key = table.c.get("number") if name == "dispatch_policies" else table.c.get("id")
            if key is not None:
                query = f'SELECT {key.name}::text FROM "{name}" WHERE tenant_id = :tenant ORDER BY {key.name} DESC'
                rows = await work.session.execute(text(query), {"tenant": business.tenant_id})
                found[name] = list(rows.scalars())
    return found


async def traces_of(business: Business, rows: dict[str, list[str]]) -> set[str]:
    """Ids, numbers, names and secrets nobody else may see, in lower case."""
    everything = "\n".join(row for table in rows.values() for row in table).lower()
    traces = set(UUID_PATTERN.findall(everything)) | {business.mark.lower(), business.phone[:-4]}
    tenant: dict[str, Any] = business.tenant
    traces |= {key.lower() for key in business.keys.values()} | {str(tenant["app_id"])}
    async with business.house.database.lookup() as work:
        query = text("SELECT webhook_token FROM tenants WHERE id = :tenant")
        traces.add((await work.session.execute(query, {"tenant": business.tenant_id})).scalar_one().lower())
    return traces


def found_in(answer: bytes, traces: set[str], sent: str = "") -> set[str]:
    """The traces an answer contains, except those the request itself sent and the answer repeats."""
    content = answer.decode("utf-8", "replace").lower()
    return {trace for trace in traces if trace in content and trace not in sent.lower()}
