"""The SQL of the service catalogue."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.vendors.tables import Service
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7


async def get_service(work: Work, service_id: UUID) -> Service:
    """A catalogue row.

    Raises:
        NotFound: the tenant has no such row.
    """
    found = await work.session.scalar(
        select(Service).where(Service.tenant_id == work.tenant_id, Service.id == service_id)
    )
    if found is None:
        raise NotFound
    return found


async def service_by_code(work: Work, code: str) -> Service | None:
    """The catalogue row of a code, retired or not."""
    found: Service | None = await work.session.scalar(
        select(Service).where(Service.tenant_id == work.tenant_id, Service.code == code)
    )
    return found


async def all_services(work: Work, *, active_only: bool = True) -> list[Service]:
    """The tenant's catalogue, by code."""
    statement = select(Service).where(Service.tenant_id == work.tenant_id).order_by(Service.code)
    if active_only:
        statement = statement.where(Service.is_active)
    return list(await work.session.scalars(statement))


async def list_services(
    work: Work, conditions: Sequence[ColumnElement[bool]], order: Sequence[Any], limit: int, offset: int
) -> tuple[list[Service], int]:
    """A page of the catalogue and how many rows there are in all."""
    found = [Service.tenant_id == work.tenant_id, *conditions]
    total = await work.session.scalar(select(func.count()).select_from(Service).where(*found))
    rows = await work.session.scalars(
        select(Service).where(*found).order_by(*order, Service.id).limit(limit).offset(offset)
    )
    return list(rows), int(total or 0)


async def active_codes(work: Work, codes: Collection[str]) -> set[str]:
    """Those of the codes that are active services of the tenant."""
    return set(
        await work.session.scalars(
            select(Service.code).where(Service.tenant_id == work.tenant_id, Service.code.in_(codes), Service.is_active)
        )
    )


async def add_missing(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Adds catalogue rows whose code the tenant does not have yet."""
    signed = {
        "tenant_id": work.tenant_id,
        "created_by": work.principal.actor_id,
        "created_by_role": work.principal.role,
        "updated_by_role": work.principal.role,
    }
    await work.session.execute(
        insert(Service).on_conflict_do_nothing(index_elements=["tenant_id", "code"]),
        [{"id": uuid7(), **signed, **row} for row in rows],
    )
