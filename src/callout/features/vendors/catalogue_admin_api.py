"""The service catalogue over HTTP, for admins."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.vendors import catalogue_service
from callout.features.vendors.catalogue_schemas import ServiceFilters, ServiceInput, ServicePatch, service_view
from callout.features.vendors.ports import Workload
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/vendor-selection/services"


@get("/", guards=[allow("service.read")], filters=ServiceFilters)
async def list_services(
    work: Work, filters: Filtered[ServiceFilters], request: Request[Any, Any, Any]
) -> Response[dict[str, Any]]:
    """The catalogue."""
    services, total = await catalogue_service.list_services(work, filters)
    currency = (await own_tenant(work)).currency
    return listed(filters, [service_view(service, currency) for service in services], total, request=request)


@post("/", guards=[allow("service.create")])
async def create_service(work: Work, data: ServiceInput) -> Response[Any]:
    """Adds a service."""
    service = await catalogue_service.create_service(work, data)
    return created(service_view(service, (await own_tenant(work)).currency), f"{PREFIX}/{service.id}")


@patch("/{service_id:uuid}", guards=[allow("service.update")])
async def update_service(
    work: Work, service_id: UUID, data: ServicePatch, if_match: IfMatch, workload: Workload
) -> Response[Any]:
    """Changes a service."""
    service = await catalogue_service.update_service(work, service_id, data, if_match, workload)
    return versioned(service_view(service, (await own_tenant(work)).currency), service.version)


@delete("/{service_id:uuid}", guards=[allow("service.retire")])
async def retire_service(work: Work, service_id: UUID, if_match: IfMatch, workload: Workload) -> None:
    """Takes a service out of use."""
    await catalogue_service.retire_service(work, service_id, if_match, workload)


router = Router(
    PREFIX, route_handlers=[list_services, create_service, update_service, retire_service], tags=["services"]
)
