"""Exports of prospecting over HTTP: below /data-scraper the businesses, below /calling-agents the people."""

from typing import Any, get_args

from litestar import Response, Router, get, post

from callout.features.accounts.permissions import allow
from callout.features.exports.history_api import accepted, reading_routes
from callout.features.exports.ports import ExportSources
from callout.features.exports.request import request_export, take_turn
from callout.features.exports.views import field_views
from callout.features.files.service import Files
from callout.features.prospecting.exporting.schemas import ContactKind, NewBusinessExport, NewCallingExport
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.limits import RateLimits

SCRAPER = "/api/admin/data-scraper/exports"
CALLING = "/api/admin/calling-agents/exports"
CALLING_KINDS = get_args(ContactKind)


@get("/fields", guards=[allow("export.read", roles="OM")])
async def business_fields(export_sources: ExportSources) -> list[dict[str, Any]]:
    """The fields an export of businesses may have."""
    return field_views(export_sources.of("businesses"))


@post("/", guards=[allow("export.create", roles="OM")])
async def export_businesses(
    work: Work, data: NewBusinessExport, files: Files, limits: RateLimits, export_sources: ExportSources
) -> Response[Any]:
    filters = dict(data.filters)
    if data.priority:
        filters["call_priority"] = data.priority
    if data.include_uncallable:
        filters["include_uncallable"] = True
    source = export_sources.of("businesses")
    export = await request_export(
        work,
        source,
        format=data.format,
        filters=filters,
        fields=data.fields,
        everything=data.all,
        filename=data.filename,
        bom=data.bom,
    )
    await take_turn(work, limits)
    return await accepted(work, export, files, SCRAPER)


@get("/fields", guards=[allow("export.read", roles="OM")])
async def calling_fields(export_sources: ExportSources, kind: str = "contacts") -> list[dict[str, Any]]:
    """The fields an export of a kind may have."""
    if kind not in CALLING_KINDS:
        raise Unprocessable.at("kind", f"must be one of {', '.join(CALLING_KINDS)}")
    return field_views(export_sources.of(kind))


@post("/", guards=[allow("export.create", roles="OM")])
async def export_calling(
    work: Work, data: NewCallingExport, files: Files, limits: RateLimits, export_sources: ExportSources
) -> Response[Any]:
    source = export_sources.of(data.kind)
    export = await request_export(
        work,
        source,
        format=data.format,
        filters=data.filters,
        fields=data.fields,
        filename=data.filename,
        bom=data.bom,
    )
    await take_turn(work, limits)
    return await accepted(work, export, files, CALLING)


business_exports = Router(
    SCRAPER,
    route_handlers=[business_fields, export_businesses, *reading_routes(["businesses"])],
    tags=["Data scraper"],
)
calling_exports = Router(
    CALLING,
    route_handlers=[calling_fields, export_calling, *reading_routes(CALLING_KINDS)],
    tags=["Contacts"],
)
routers = [business_exports, calling_exports]
