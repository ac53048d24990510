"""Profile, presence, hours, time off, documents and devices over HTTP, for vendors themselves."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put, route

from callout.features.accounts.context import Accounts
from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.service import Files
from callout.features.vendors import belongings_store, devices, documents, presence, profile, time_off
from callout.features.vendors.lifecycle import account_status
from callout.features.vendors.ports import Workload
from callout.features.vendors.schemas import (
    AvailabilityInput,
    DeviceInput,
    DocumentInput,
    HeartbeatInput,
    ProfileUpdate,
    TimeOffInput,
)
from callout.features.vendors.views import View, document_view, profile_view, time_off_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.geo import Point
from callout.kit.http.fields import Weekly
from callout.kit.http.limits import RateLimits
from callout.kit.http.wire import timestamp
from callout.kit.http.writes import created

READ, UPDATE = allow("vendor.read", roles="V"), allow("vendor.update", roles="V")


@get("/", guards=[READ])
async def show_profile(work: Work, accounts: Accounts) -> View:
    """The own profile and where the account stands; also for pending and blocked vendors."""
    vendor, tenant = await profile.own_vendor(work), await own_tenant(work)
    logo = await accounts.files.url(work, tenant.logo_file_id) if tenant.logo_file_id else None
    return {
        "profile": profile_view(vendor, work.now),
        "account_status": account_status(vendor.status),
        "status_reason": vendor.status_reason,
        "tenant": {"name": tenant.name, "phone": tenant.phone, "logo_url": logo, "currency": tenant.currency},
    }


@route("/", http_method=["PUT", "PATCH"], guards=[UPDATE], status_code=200)
async def update_profile(work: Work, data: ProfileUpdate) -> View:
    """Changes the members sent; the rest stays."""
    vendor, changed = await profile.update_own(work, data)
    return {"profile": profile_view(vendor, work.now), "updated_fields": changed}


@post(["/", "/device-token"], guards=[UPDATE], status_code=200)
async def register_device(work: Work, data: DeviceInput) -> View:
    """Sends push messages to this device from now on."""
    vendor = await profile.own_vendor(work)
    await devices.register_device(work, vendor.user_id, data.token, data.platform)
    return {"registered": True}


@delete("/device-token", guards=[UPDATE])
async def forget_device(work: Work, request: Request[Any, Any, Any]) -> None:
    """Sends push messages to this device no more; the token comes in the body or as `token` in the query."""
    body = await request.json() if await request.body() else {}
    given = {**dict(request.query_params), **(body if isinstance(body, dict) else {})}
    token = given.get("token") or given.get("device_token")
    if not isinstance(token, str):
        raise Unprocessable.at("token", "names the device to forget", code="required")
    await devices.forget_device(work, (await profile.own_vendor(work)).user_id, token)


@put("/availability", guards=[UPDATE])
async def set_availability(work: Work, data: AvailabilityInput) -> View:
    """Goes online or offline."""
    vendor = await profile.own_vendor(work, lock=True)
    await presence.set_online(work, vendor, data.is_online, until=data.until)
    return {"is_online": data.is_online, "until": timestamp(vendor.online_until)}


@post("/heartbeat", guards=[UPDATE], status_code=200)
async def beat(work: Work, data: HeartbeatInput, workload: Workload, limits: RateLimits) -> View:
    """Says that the app is alive, and where."""
    vendor = await profile.own_vendor(work)
    await limits.hit("heartbeat", str(vendor.id), limit=6, window_s=60)
    place = Point(data.location.lat, data.location.lng) if data.location else None
    await presence.heartbeat(work, vendor.id, place)
    return {
        "last_seen_at": timestamp(work.now),
        "pending_offers": await workload.pending_offers(work, vendor.id),
    }


@get("/working-hours", guards=[READ])
async def show_hours(work: Work) -> dict[str, Any] | None:
    """The weekly hours; null means always."""
    return (await profile.own_vendor(work)).working_hours


@put("/working-hours", guards=[UPDATE])
async def set_hours(work: Work, data: Weekly | None = None) -> dict[str, Any] | None:
    """Replaces the weekly hours; null means always."""
    vendor, _ = await profile.update_own(work, ProfileUpdate(working_hours=data))
    return vendor.working_hours


@get("/time-off", guards=[READ])
async def list_time_off(work: Work) -> list[View]:
    """Time off that is not over yet."""
    vendor = await profile.own_vendor(work)
    return [time_off_view(span) for span in await belongings_store.time_off_of(work, vendor.id)]


@post("/time-off", guards=[UPDATE])
async def add_time_off(work: Work, data: TimeOffInput) -> Response[Any]:
    """Adds a span without work."""
    span = await time_off.add_time_off(work, (await profile.own_vendor(work)).id, data)
    return created(time_off_view(span), f"/api/vendor/profile/time-off/{span.id}")


@delete("/time-off/{time_off_id:uuid}", guards=[UPDATE])
async def remove_time_off(work: Work, time_off_id: UUID) -> None:
    """Removes a span."""
    await time_off.remove_time_off(work, (await profile.own_vendor(work)).id, time_off_id)


@get("/documents", guards=[allow("vendor_document.read", roles="V")])
async def list_documents(work: Work) -> list[View]:
    """The own documents, newest first."""
    vendor = await profile.own_vendor(work)
    return [document_view(document) for document in await belongings_store.documents_of(work, [vendor.id])]


@post("/documents", guards=[allow("vendor_document.create", roles="V")])
async def add_document(work: Work, data: DocumentInput, files: Files) -> Response[Any]:
    """Hands in a document for review."""
    vendor = await profile.own_vendor(work)
    document = await documents.add_document(work, files, vendor.id, data)
    return created(document_view(document), "/api/vendor/profile/documents")


router = Router(
    "/api/vendor/profile",
    route_handlers=[
        *(show_profile, update_profile, register_device, forget_device, set_availability, beat),
        *(show_hours, set_hours, list_time_off, add_time_off, remove_time_off, list_documents, add_document),
    ],
    tags=["profile"],
)
