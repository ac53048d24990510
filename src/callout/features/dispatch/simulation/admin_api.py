"""Simulations of policies over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from sqlalchemy import ColumnElement

from callout.features.accounts.permissions import allow
from callout.features.dispatch.simulation import service, store
from callout.features.dispatch.simulation.schemas import SimulationInput, SimulationQuery, simulation_view
from callout.features.dispatch.tables import PolicySimulation
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered

PREFIX = "/api/admin/vendor-selection/policies"
ROLES = "OMWA"


@post("/simulate", guards=[allow("dispatch_policy.simulate", roles=ROLES)], status_code=202)
async def simulate_policy(work: Work, data: SimulationInput) -> Response[Any]:
    """Tries a policy on recorded decisions, in the background; nothing is sent or changed."""
    row = await service.ask(
        work,
        version=data.version,
        weights=data.weights,
        knobs=data.knobs,
        since=data.since,
        until=data.until,
        limit=data.limit,
        seed=data.seed,
    )
    place = {"Location": f"{PREFIX}/simulations/{row.id}"}
    return Response(msgspec.to_builtins(simulation_view(row)), status_code=202, headers=place)


@get("/simulations", guards=[allow("dispatch_policy.read", roles=ROLES)], filters=SimulationQuery)
async def list_simulations(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[SimulationQuery]
) -> Response[dict[str, Any]]:
    """Simulations, newest first."""
    wanted: list[ColumnElement[bool]] = []
    if filters.version:
        wanted.append(PolicySimulation.number.in_(filters.version))
    if filters.status:
        wanted.append(PolicySimulation.status.in_(filters.status))
    newest_first = filters.order()[0][1]
    rows, total = await store.page(work, wanted, newest_first=newest_first, limit=filters.limit, offset=filters.offset)
    return listed(filters, [simulation_view(row) for row in rows], total, request=request)


@get("/simulations/{simulation_id:uuid}", guards=[allow("dispatch_policy.read", roles=ROLES)])
async def show_simulation(work: Work, simulation_id: UUID) -> dict[str, Any]:
    """One simulation with its report."""
    return simulation_view(await store.fetch(work, simulation_id))


router = Router(PREFIX, route_handlers=[simulate_policy, list_simulations, show_simulation])
