"""/api/admin/api-configs/webhooks: the tenant's endpoints and what was delivered to them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import Dependency
from sqlalchemy import func, select

from callout.features.accounts.permissions import allow
from callout.features.api_configs.webhooks import store
from callout.features.api_configs.webhooks.delivering import replay
from callout.features.api_configs.webhooks.schemas import (
    DeliveryQuery,
    EndpointPatch,
    EndpointQuery,
    NewEndpoint,
    delivery_view,
    endpoint_view,
)
from callout.features.api_configs.webhooks.service import Webhooks
from callout.features.api_configs.webhooks.tables import WebhookEndpoint
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/api-configs/webhooks"
ONE = "/{endpoint_id:uuid}"
Means = Annotated[Webhooks, Dependency(skip_validation=True)]


@get("/", guards=[allow("webhook_endpoint.read", roles="OM")], filters=EndpointQuery)
async def list_endpoints(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[EndpointQuery]
) -> Response[Any]:
    """The endpoints of the business."""
    query = store.endpoints(work)
    if filters.is_active is not None:
        query = query.where(WebhookEndpoint.is_active.is_(filters.is_active))
    total = int(await work.session.scalar(select(func.count()).select_from(query.subquery())) or 0)
    for name, descending in filters.order():
        column = getattr(WebhookEndpoint, name)
        query = query.order_by(column.desc() if descending else column.asc())
    rows = (await work.session.execute(query.limit(filters.limit).offset(filters.offset))).scalars()
    return listed(filters, [endpoint_view(row) for row in rows], total, request=request)


@get(ONE, guards=[allow("webhook_endpoint.read", roles="OM")])
async def get_endpoint(work: Work, endpoint_id: UUID) -> Response[Any]:
    """One endpoint."""
    row = await store.fetch(work, endpoint_id)
    return versioned(endpoint_view(row), row.version)


@post("/", guards=[allow("webhook_endpoint.create", roles="O")])
async def create_endpoint(work: Work, data: NewEndpoint, webhooks: Means) -> Response[Any]:
    """Makes an endpoint; its secret is shown this once."""
    row, secret = await webhooks.create(work, data)
    return created(endpoint_view(row, secret=secret), f"{PREFIX}/{row.id}")


@patch(ONE, guards=[allow("webhook_endpoint.update", roles="O")])
async def change_endpoint(
    work: Work, endpoint_id: UUID, data: EndpointPatch, if_match: IfMatch, webhooks: Means
) -> Response[Any]:
    """Changes an endpoint, or switches it off and on."""
    row = await webhooks.change(work, endpoint_id, data, if_match)
    return versioned(endpoint_view(row), row.version)


@delete(ONE, guards=[allow("webhook_endpoint.delete", roles="O")])
async def remove_endpoint(work: Work, endpoint_id: UUID, webhooks: Means) -> None:
    """Deletes an endpoint with its deliveries."""
    await webhooks.remove(work, endpoint_id)


@post(f"{ONE}/test", guards=[allow("webhook_endpoint.update", roles="O")], status_code=200)
async def test_endpoint(work: Work, endpoint_id: UUID, webhooks: Means) -> dict[str, Any]:
    """Sends an invented event at once."""
    posted = await webhooks.test(work.principal, endpoint_id)
    return {
        "delivered": posted.is_taken,
        "response_code": posted.code,
        "response_snippet": posted.snippet or None,
        "duration_ms": posted.duration_ms,
    }


@post(f"{ONE}/rotate-secret", guards=[allow("webhook_endpoint.update", roles="O")], status_code=200)
async def rotate_secret(work: Work, endpoint_id: UUID, webhooks: Means) -> Response[Any]:
    """Gives an endpoint a new secret, shown this once; the one before signs too for a day."""
    row, secret = await webhooks.rotate(work, endpoint_id)
    return versioned(endpoint_view(row, secret=secret), row.version)


@get(f"{ONE}/deliveries", guards=[allow("webhook_delivery.read", roles="OM")], filters=DeliveryQuery)
async def list_deliveries(
    request: Request[Any, Any, Any], work: Work, endpoint_id: UUID, filters: Filtered[DeliveryQuery]
) -> Response[Any]:
    """What was sent to an endpoint, newest first."""
    await store.fetch(work, endpoint_id)
    rows, total, following = await store.deliveries(work, endpoint_id, filters)
    return listed(filters, [delivery_view(row) for row in rows], total, request=request, next_cursor=following)


@post("/deliveries/{delivery_id:uuid}/replay", guards=[allow("webhook_delivery.replay", roles="O")], status_code=202)
async def replay_delivery(work: Work, delivery_id: UUID) -> dict[str, Any]:
    """Sends a delivery once more."""
    return delivery_view(await replay(work, delivery_id))


router = Router(
    PREFIX,
    route_handlers=[
        list_endpoints,
        get_endpoint,
        create_endpoint,
        change_endpoint,
        remove_endpoint,
        test_endpoint,
        rotate_secret,
        list_deliveries,
        replay_delivery,
    ],
    tags=["Webhooks"],
)
