"""Vendors over HTTP, for admins."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow
from callout.features.vendors import (
    belongings_admin_api,
    belongings_store,
    catalogue_admin_api,
    invites,
    pairs_admin_api,
    profile,
    standing,
    store,
)
from callout.features.vendors.admin_views import one_vendor_view, vendor_detail, vendor_views
from callout.features.vendors.ports import Workload
from callout.features.vendors.schemas import (
    BlockedFilters,
    BlockInput,
    DeleteInput,
    InviteFilters,
    InviteInput,
    NearbyFilters,
    Note,
    SuspendInput,
    VendorFilters,
    VendorPatch,
)
from callout.features.vendors.tables import Vendor
from callout.features.vendors.views import View, blocked_view, invite_view
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/vendors"
Asked = Request[Any, Any, Any]


@get("/", guards=[allow("vendor.read")], filters=VendorFilters)
async def list_vendors(
    work: Work, filters: Filtered[VendorFilters], workload: Workload, request: Asked
) -> Response[dict[str, Any]]:
    """All vendors."""
    vendors, total = await profile.list_vendors(work, filters)
    return listed(filters, await vendor_views(work, workload, vendors), total, request=request)


@get("/{vendor_id:uuid}", guards=[allow("vendor.read")])
async def show_vendor(work: Work, vendor_id: UUID, workload: Workload) -> Response[Any]:
    """One vendor with documents, history and time off."""
    vendor = await store.get_vendor(work, vendor_id)
    return versioned(await vendor_detail(work, workload, vendor), vendor.version)


@patch("/{vendor_id:uuid}", guards=[allow("vendor.update")])
async def update_vendor(
    work: Work, vendor_id: UUID, data: VendorPatch, if_match: IfMatch, workload: Workload
) -> Response[Any]:
    """Changes a vendor."""
    vendor = await profile.update_vendor(work, vendor_id, data, if_match)
    return versioned(await vendor_detail(work, workload, vendor), vendor.version)


@delete("/{vendor_id:uuid}", guards=[allow("vendor.delete")])
async def delete_vendor(work: Work, vendor_id: UUID, data: DeleteInput, if_match: IfMatch, accounts: Accounts) -> None:
    """Removes a vendor; its history stays."""
    if_match.check((await store.get_vendor(work, vendor_id)).version)
    await standing.delete_vendor(accounts, work, vendor_id, data.reason)


@post("/{vendor_id:uuid}/verify", guards=[allow("vendor.verify")], status_code=200)
async def verify_vendor(work: Work, vendor_id: UUID, workload: Workload, data: Note | None = None) -> Response[Any]:
    """Lets a pending vendor receive offers."""
    return await _after(work, workload, await standing.verify(work, vendor_id, data.note if data else None))


@post("/{vendor_id:uuid}/suspend", guards=[allow("vendor.suspend")], status_code=200)
async def suspend_vendor(work: Work, vendor_id: UUID, data: SuspendInput, workload: Workload) -> Response[Any]:
    """Stops offers, for a while or until reactivated."""
    return await _after(work, workload, await standing.suspend(work, vendor_id, data.reason, data.until))


@post("/{vendor_id:uuid}/block", guards=[allow("vendor.block")], status_code=200)
async def block_vendor(work: Work, vendor_id: UUID, data: BlockInput, workload: Workload) -> Response[Any]:
    """Takes a vendor out, with all its offers and orders."""
    vendor = await standing.block(work, vendor_id, data.reason, permanent=data.permanent)
    await work.session.flush()
    withdrawn = await workload.withdrawn(work, vendor.id)
    vendor = await store.get_vendor(work, vendor.id, lock=True)
    body = {"vendor": await one_vendor_view(work, workload, vendor), **msgspec.to_builtins(withdrawn)}
    return versioned(body, vendor.version)


@post("/{vendor_id:uuid}/reactivate", guards=[allow("vendor.reactivate")], status_code=200)
async def reactivate_vendor(work: Work, vendor_id: UUID, workload: Workload, data: Note | None = None) -> Response[Any]:
    """Ends a suspension or a block."""
    return await _after(work, workload, await standing.reactivate(work, vendor_id, data.note if data else None))


@get("/blocked", guards=[allow("vendor.read")], filters=BlockedFilters)
async def list_blocked(work: Work, filters: Filtered[BlockedFilters], request: Asked) -> Response[dict[str, Any]]:
    """Blocked vendors and why."""
    name, falling = filters.order()[0]
    column = getattr(Vendor, name)
    vendors, total = await store.list_vendors(
        work, [Vendor.status == "blocked"], [column.desc() if falling else column.asc()], filters.limit, filters.offset
    )
    blocks = await belongings_store.last_blocks(work, [vendor.id for vendor in vendors])
    return listed(filters, [blocked_view(v, blocks.get(v.id)) for v in vendors], total, request=request)


@get("/nearby", guards=[allow("vendor.read")], filters=NearbyFilters)
async def list_nearby(
    work: Work, filters: Filtered[NearbyFilters], workload: Workload, request: Asked
) -> Response[dict[str, Any]]:
    """Vendors around a point, nearest first."""
    found = await profile.vendors_near(work, filters.lat, filters.lng, filters.radius_km, filters.service)
    page = found[filters.offset : filters.offset + filters.limit]
    views = await vendor_views(work, workload, [vendor for vendor, _ in page])
    rows = [view | {"distance_km": round(km, 3)} for view, (_, km) in zip(views, page, strict=True)]
    return listed(filters, rows, len(found), request=request)


@get("/invites", guards=[allow("vendor.invite", roles="OM")], filters=InviteFilters)
async def list_invites(work: Work, filters: Filtered[InviteFilters], request: Asked) -> Response[dict[str, Any]]:
    """Invite codes, newest first."""
    rows, total = await invites.list_invites(work, filters)
    return listed(filters, [invite_view(invite, work.now) for invite in rows], total, request=request)


@post("/invites", guards=[allow("vendor.invite", roles="OM")])
async def create_invites(work: Work, data: InviteInput) -> Response[Any]:
    """Makes one-time codes."""
    made: list[View] = [invite_view(invite, work.now) for invite in await invites.create_invites(work, data)]
    return created(made, f"{PREFIX}/invites")


@delete("/invites/{invite_id:uuid}", guards=[allow("vendor.invite", roles="OM")])
async def revoke_invite(work: Work, invite_id: UUID) -> None:
    """Withdraws a code."""
    await invites.revoke_invite(work, invite_id)


async def _after(work: Work, workload: Workload, vendor: Vendor) -> Response[Any]:
    await work.session.flush()
    return versioned(await one_vendor_view(work, workload, vendor), vendor.version)


router = Router(
    PREFIX,
    route_handlers=[
        *(list_vendors, show_vendor, update_vendor, delete_vendor, list_blocked, list_nearby),
        *(verify_vendor, suspend_vendor, block_vendor, reactivate_vendor),
        *(list_invites, create_invites, revoke_invite),
    ],
    tags=["vendors"],
)
routers = [router, belongings_admin_api.router, catalogue_admin_api.router, pairs_admin_api.router]
