"""Documents and time off of vendors over HTTP, for admins."""

from typing import Any
from uuid import UUID

from litestar import Response, Router, delete, get, post

from callout.features.accounts.permissions import allow
from callout.features.files.service import Files
from callout.features.vendors import belongings_store, documents, store, time_off
from callout.features.vendors.schemas import DocumentInput, ReviewInput, TimeOffInput
from callout.features.vendors.views import View, document_view, time_off_view
from callout.kit.db.work import Work
from callout.kit.http.writes import created

PREFIX = "/api/admin/vendors/{vendor_id:uuid}"


@get("/documents", guards=[allow("vendor_document.read", roles="OMW")])
async def list_documents(work: Work, vendor_id: UUID) -> list[View]:
    """A vendor's documents, newest first."""
    vendor = await store.get_vendor(work, vendor_id)
    return [document_view(document) for document in await belongings_store.documents_of(work, [vendor.id])]


@post("/documents", guards=[allow("vendor_document.create", roles="OM")])
async def add_document(work: Work, vendor_id: UUID, data: DocumentInput, files: Files) -> Response[Any]:
    """Adds a document on a vendor's behalf."""
    document = await documents.add_document(work, files, vendor_id, data)
    return created(document_view(document), f"/api/admin/vendors/{vendor_id}/documents")


@post("/documents/{document_id:uuid}/review", guards=[allow("vendor_document.review")], status_code=200)
async def review_document(work: Work, vendor_id: UUID, document_id: UUID, data: ReviewInput) -> View:
    """Approves or rejects a document."""
    return document_view(await documents.review_document(work, vendor_id, document_id, data))


@post("/time-off", guards=[allow("vendor.update", roles="OM")])
async def add_time_off(work: Work, vendor_id: UUID, data: TimeOffInput) -> Response[Any]:
    """Adds a span without work."""
    span = await time_off.add_time_off(work, vendor_id, data)
    return created(time_off_view(span), f"/api/admin/vendors/{vendor_id}/time-off/{span.id}")


@delete("/time-off/{time_off_id:uuid}", guards=[allow("vendor.update", roles="OM")])
async def remove_time_off(work: Work, vendor_id: UUID, time_off_id: UUID) -> None:
    """Removes a span."""
    await time_off.remove_time_off(work, vendor_id, time_off_id)


router = Router(
    PREFIX,
    route_handlers=[list_documents, add_document, review_document, add_time_off, remove_time_off],
    tags=["vendors"],
)
