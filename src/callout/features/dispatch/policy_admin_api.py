"""Policies of vendor selection: versions, adding one, putting one in force."""

from typing import Any

from litestar import Request, Response, Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.dispatch.policies import activate_policy, active_row, add_policy, policies, row_of
from callout.features.dispatch.schemas import Activation, PolicyInput, PolicyQuery
from callout.features.dispatch.views import built_in_policy_view, policy_view
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import created

PREFIX = "/api/admin/vendor-selection/policies"
READERS = "OMWA"


@get("/", guards=[allow("dispatch_policy.read", roles=READERS)], filters=PolicyQuery)
async def list_policies(
    request: Request[Any, Any, Any], work: Work, filters: Filtered[PolicyQuery]
) -> Response[dict[str, Any]]:
    """All versions, the built-in version 0 included."""
    rows = await policies(work)
    none_active = not any(row.status == "active" for row in rows)
    views = [*map(policy_view, rows), built_in_policy_view(active=none_active)]
    if not filters.order()[0][1]:
        views.reverse()
    return listed(filters, views[filters.offset : filters.offset + filters.limit], len(views), request=request)


@get("/active", guards=[allow("dispatch_policy.read", roles=READERS)])
async def show_active(work: Work) -> dict[str, Any]:
    """The version in force."""
    row = await active_row(work)
    return policy_view(row) if row else built_in_policy_view(active=True)


@get("/{number:int}", guards=[allow("dispatch_policy.read", roles=READERS)])
async def show_policy(work: Work, number: int) -> dict[str, Any]:
    """One version."""
    if number == 0:
        return built_in_policy_view(active=await active_row(work) is None)
    return policy_view(await row_of(work, number))


@post("/", guards=[allow("dispatch_policy.create_version", roles="O")])
async def create_policy(work: Work, data: PolicyInput) -> Response[Any]:
    """Adds a draft version."""
    row = await add_policy(work, data.name, data.weights, data.knobs, data.note)
    return created(policy_view(row), f"{PREFIX}/{row.number}")


@post("/{number:int}/activate", guards=[allow("dispatch_policy.activate", roles="O")], status_code=200)
async def put_in_force(work: Work, number: int, data: Activation) -> dict[str, Any]:
    """Puts a version in force; the one before is retired."""
    return policy_view(await activate_policy(work, number, note=data.note, force=data.force))


router = Router(PREFIX, route_handlers=[list_policies, show_active, show_policy, create_policy, put_in_force])
