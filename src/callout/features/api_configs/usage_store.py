"""The SQL of how much providers are used."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from callout.features.api_configs.tables import ProviderConfig, ProviderUsage
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

GROWING = ("requests", "errors", "total_ms", "units", "cost")


async def add_usage(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds counts to the rows of their day, provider, operation, mode and bucket."""
    table: Any = ProviderUsage
    role = work.principal.role
    stamped = [
        {**row, "id": uuid7(), "tenant_id": work.tenant_id, "created_at": work.now, "updated_at": work.now,
         "version": 1, "created_by_role": role, "updated_by_role": role}
        for row in rows
    ]  # fmt: skip
    fresh = insert(table).values(stamped)
    grown: dict[str, Any] = {name: getattr(table, name) + getattr(fresh.excluded, name) for name in GROWING}
    statement = fresh.on_conflict_do_update(
        index_elements=["tenant_id", "day", "provider", "operation", "mode", "le_ms"],
        set_={**grown, "updated_at": work.now, "version": table.version + 1},
    )
    await work.session.execute(statement)


async def touch_config(work: Work, provider: str, count: int, at: datetime) -> None:
    """Counts uses of the tenant's own key. Its version stays: nobody's change of the key is disturbed by that."""
    table = ProviderConfig
    await work.session.execute(
        update(table)
        .where(table.tenant_id == work.tenant_id, table.provider == provider)
        .values(usage_count=table.usage_count + count, last_used_at=func.greatest(table.last_used_at, at))
        .execution_options(synchronize_session=False)
    )


async def usage_between(work: Work, first: date, last: date, provider: str | None) -> list[Any]:
    """(provider, mode, operation, le_ms, requests, errors, total_ms, units, cost), summed over the days."""
    table = ProviderUsage
    keys = (table.provider, table.mode, table.operation, table.le_ms)
    sums = [func.sum(getattr(table, name)).label(name) for name in GROWING]
    query = select(*keys, *sums).where(table.tenant_id == work.tenant_id, table.day >= first, table.day <= last)
    if provider is not None:
        query = query.where(table.provider == provider)
    return list((await work.session.execute(query.group_by(*keys).order_by(*keys))).all())


async def units_since(work: Work, first: date, operations: Sequence[str]) -> int:
    """What was used of real providers by some operations since a day, in the providers' units."""
    table = ProviderUsage
    query = select(func.coalesce(func.sum(table.units), 0)).where(
        table.tenant_id == work.tenant_id, table.day >= first, table.operation.in_(operations), table.mode == "live"
    )
    return int(await work.session.scalar(query) or 0)
