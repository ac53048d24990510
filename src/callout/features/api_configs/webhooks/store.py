"""The SQL of outgoing webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from callout.features.api_configs.webhooks.schemas import DeliveryQuery
from callout.features.api_configs.webhooks.tables import WebhookDelivery, WebhookEndpoint
from callout.kit.db.work import Work
from callout.kit.errors import BadRequest, NotFound
from callout.kit.events import Published
from callout.kit.events.tables import EventHead
from callout.kit.http.wire import timestamp
from callout.kit.ids import uuid7


def endpoints(work: Work) -> Select[WebhookEndpoint]:
    """The tenant's endpoints."""
    return select(WebhookEndpoint).where(WebhookEndpoint.tenant_id == work.tenant_id)


async def fetch(work: Work, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """One endpoint. Raises NotFound."""
    query = endpoints(work).where(WebhookEndpoint.id == endpoint_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def count(work: Work) -> int:
    """How many endpoints the tenant has."""
    return int(await work.session.scalar(select(func.count()).select_from(endpoints(work).subquery())) or 0)


async def waiting_tenants(work: Work) -> Sequence[UUID]:
    """Tenants with events some endpoint was not given yet; in a lookup over all tenants."""
    query = (
        select(WebhookEndpoint.tenant_id)
        .join(EventHead, EventHead.tenant_id == WebhookEndpoint.tenant_id)
        .where(WebhookEndpoint.is_active, WebhookEndpoint.last_sequence < EventHead.last_sequence)
        .distinct()
    )
    return (await work.session.execute(query)).scalars().all()


async def lock_active(work: Work) -> Sequence[WebhookEndpoint]:
    """The endpoints that are told of events, locked; those another worker is at are left out."""
    query = endpoints(work).where(WebhookEndpoint.is_active).order_by(WebhookEndpoint.id)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalars().all()


async def add_delivery(work: Work, endpoint_id: UUID, event: Published) -> UUID | None:
    """Writes a delivery; None when the endpoint has it already."""
    body = {
        "id": str(event.id),
        "type": event.type,
        "tenant_id": str(event.tenant_id),
        "occurred_at": timestamp(event.occurred_at),
        "actor_role": event.actor_role,
        "noun_id": str(event.noun_id),
        "sequence": event.sequence,
        "data": event.data,
    }
    row = {
        "id": uuid7(),
        "tenant_id": work.tenant_id,
        "endpoint_id": endpoint_id,
        "event_id": event.id,
        "event": event.type,
        "body": body,
        "attempt": 0,
        "rounds": 1,
        "status": "pending",
        "next_attempt_at": work.now,
        "created_at": work.now,
        "updated_at": work.now,
        "version": 1,
    }
    statement = (
        insert(WebhookDelivery)
        .values(row)
        .on_conflict_do_nothing(index_elements=[WebhookDelivery.endpoint_id, WebhookDelivery.event_id])
    )
    found: UUID | None = (await work.session.execute(statement.returning(WebhookDelivery.id))).scalar_one_or_none()
    return found


async def delivery(work: Work, delivery_id: UUID, *, lock: bool = False) -> WebhookDelivery:
    """One delivery. Raises NotFound."""
    query = select(WebhookDelivery).where(
        WebhookDelivery.tenant_id == work.tenant_id, WebhookDelivery.id == delivery_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = (await work.session.execute(query)).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row


async def deliveries(
    work: Work, endpoint_id: UUID, filters: DeliveryQuery
) -> tuple[list[WebhookDelivery], int, str | None]:
    """A page of an endpoint's deliveries, newest first, how many match, and the cursor of the next page."""
    table = WebhookDelivery
    where: list[ColumnElement[bool]] = [table.tenant_id == work.tenant_id, table.endpoint_id == endpoint_id]
    if filters.status:
        where.append(table.status.in_(filters.status))
    if filters.event:
        where.append(table.event.in_(filters.event))
    total = int(await work.session.scalar(select(func.count()).select_from(table).where(*where)) or 0)
    query = select(table).where(*where).order_by(table.created_at.desc(), table.id.desc()).limit(filters.limit + 1)
    if filters.cursor:
        query = query.where(tuple_(table.created_at, table.id) < _place(filters.cursor))
    else:
        query = query.offset(filters.offset)
    rows = list((await work.session.execute(query)).scalars())
    page = rows[: filters.limit]
    following = f"{page[-1].created_at.isoformat()}~{page[-1].id}" if len(rows) > filters.limit else None
    return page, total, following


async def drop_deliveries(work: Work, endpoint_id: UUID) -> None:
    """Deletes the deliveries of an endpoint that goes."""
    table = WebhookDelivery
    await work.session.execute(delete(table).where(table.tenant_id == work.tenant_id, table.endpoint_id == endpoint_id))


async def drop_before(work: Work, moment: datetime) -> None:
    """Deletes what was delivered, or given up, long ago."""
    table = WebhookDelivery
    await work.session.execute(
        delete(table).where(
            table.tenant_id == work.tenant_id, table.created_at < moment, table.status.in_(("delivered", "dead"))
        )
    )


def _place(cursor: str) -> Any:
    at, _, row_id = cursor.replace(" ", "+").partition("~")
    try:
        return datetime.fromisoformat(at), UUID(row_id)
    except ValueError:
        raise BadRequest("cursor: not a cursor of this list") from None
