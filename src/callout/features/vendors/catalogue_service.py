"""The use cases of the service catalogue."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, or_

from callout.features.accounts.audit import audit
from callout.features.vendors import catalogue, catalogue_store
from callout.features.vendors.catalogue_schemas import ServiceFilters, ServiceInput, ServicePatch, tiers_json
from callout.features.vendors.errors import AlreadyExists, ServiceInUse
from callout.features.vendors.ports import Workload
from callout.features.vendors.tables import Service
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.writes import IfMatch


async def seed_catalogue(work: Work) -> None:
    """Gives a tenant the thirteen canonical services; what it has already stays as it is."""
    await catalogue_store.add_missing(
        work,
        [
            {
                "code": seed.code,
                "canonical": seed.code,
                "label": seed.label,
                "synonyms": seed.synonyms,
                "base_price": seed.base_price,
                "tiers": catalogue.default_tiers(seed.base_price, seed.edges),
                "skills": [],
                "duration_min": 120,
                "is_active": True,
            }
            for seed in catalogue.SEEDS
        ],
    )


async def check_codes(work: Work, codes: Collection[str], field: str = "services") -> None:
    """Refuses codes that are not active services of the tenant.

    Raises:
        Unprocessable: names the codes.
    """
    unknown = sorted(set(codes) - await catalogue_store.active_codes(work, codes))
    if unknown:
        raise Unprocessable.at(field, f"not in the service catalogue: {', '.join(unknown)}", code="unknown_service")


async def list_services(work: Work, filters: ServiceFilters) -> tuple[list[Service], int]:
    """A page of the catalogue."""
    conditions: list[ColumnElement[bool]] = []
    if filters.canonical:
        conditions.append(Service.canonical.in_(filters.canonical))
    if filters.is_active is not None:
        conditions.append(Service.is_active.is_(filters.is_active))
    if filters.q:
        conditions.append(
            or_(
                *(
                    column.icontains(filters.q, autoescape=True)
                    for column in (Service.code, Service.label, cast(Service.synonyms, Text))
                )
            )
        )
    columns = [(getattr(Service, name), falling) for name, falling in filters.order()]
    order = [column.desc() if falling else column.asc() for column, falling in columns]
    return await catalogue_store.list_services(work, conditions, order, filters.limit, filters.offset)


async def create_service(work: Work, data: ServiceInput) -> Service:
    """Adds a service.

    Raises:
        AlreadyExists: the code is taken, also by a retired service.
    """
    known = await catalogue_store.service_by_code(work, data.code)
    if known is not None:
        raise AlreadyExists(f"There is a service {data.code} already.", existing_id=str(known.id))
    tiers = tiers_json(data.tiers) if data.tiers is not None else catalogue.default_tiers(data.base_price)
    service = Service(**data.model_dump(exclude={"tiers"}), tiers=tiers)
    work.session.add(service)
    await work.session.flush()
    await audit(work, "service.create", "service", service.id, after=_facts(service))
    return service


async def update_service(
    work: Work, service_id: UUID, changes: ServicePatch, if_match: IfMatch, workload: Workload
) -> Service:
    """Changes a service.

    Raises:
        ServiceInUse: it was to be switched off while open orders need it.
    """
    service = await catalogue_store.get_service(work, service_id)
    if_match.check(service.version)
    before = _facts(service)
    given: dict[str, Any] = changes.given()
    if given.get("is_active") is False:
        await _refuse_if_needed(work, service, workload)
    if changes.tiers is not None:
        given["tiers"] = tiers_json(changes.tiers)
    for name, value in given.items():
        setattr(service, name, value)
    await work.session.flush()
    await audit(work, "service.update", "service", service.id, before=before, after=_facts(service))
    return service


async def retire_service(work: Work, service_id: UUID, if_match: IfMatch, workload: Workload) -> None:
    """Takes a service out of use; its row stays for the history.

    Raises:
        ServiceInUse: open orders need it.
    """
    service = await catalogue_store.get_service(work, service_id)
    if_match.check(service.version)
    await _refuse_if_needed(work, service, workload)
    if service.is_active:
        service.is_active = False
        await audit(work, "service.retire", "service", service.id)


async def _refuse_if_needed(work: Work, service: Service, workload: Workload) -> None:
    if service.is_active and await workload.service_in_use(work, service.code):
        raise ServiceInUse


def _facts(service: Service) -> dict[str, Any]:
    return {
        "code": service.code,
        "label": service.label,
        "base_price": str(service.base_price),
        "min_price": None if service.min_price is None else str(service.min_price),
        "tiers": service.tiers,
        "is_active": service.is_active,
    }
