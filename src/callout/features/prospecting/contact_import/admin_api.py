"""/api/admin/calling-agents: contacts and suppressed phones out of files."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf

from callout.features.accounts.permissions import allow
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.contact_import import importing
from callout.features.prospecting.contact_import.forms import ContactForm, SuppressionForm, read_form
from callout.features.prospecting.contact_import.suppressing import import_suppression
from callout.features.prospecting.contact_import.tables import ContactImport
from callout.features.prospecting.contact_import.views import import_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

PATH = "/api/admin/calling-agents"
Upload = Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]


@post("/contacts/import", guards=[allow("contact.import", roles="OM")], status_code=200)
async def import_contacts(work: Work, data: Upload, files: Files) -> Response[Any]:
    """Takes a CSV or XLSX file; up to 1,000 rows and any trial are answered at once, more are left to the worker."""
    file = _file(data)
    form = read_form(ContactForm, data)
    sent = importing.Upload(" ".join(file.filename.split()), file.file)  # type: ignore[arg-type]
    taking = importing.try_import if form.dry_run else importing.start_import
    job = await taking(work, sent, form.wish(), files)
    is_queued = job.status == "queued"
    headers = {} if form.dry_run else {"Location": f"{PATH}/contacts/imports/{job.id}"}
    view = import_view(job, dry_run=form.dry_run)
    return Response(msgspec.to_builtins(view), status_code=202 if is_queued else 200, headers=headers)


@get("/contacts/imports/{import_id:uuid}", guards=[allow("contact.import", roles="OM")])
async def get_import(work: Work, import_id: UUID) -> dict[str, Any]:
    return import_view(await store.fetch(work, ContactImport, import_id))


@post("/suppression/import", guards=[allow("suppression_entry.create", roles="OM")], status_code=200)
async def import_suppressed(work: Work, data: Upload) -> dict[str, Any]:
    """Takes a CSV or XLSX file of phones or e-mail addresses that must not be contacted."""
    form = read_form(SuppressionForm, data)
    file = _file(data)
    done = await import_suppression(work, file.file, form)  # type: ignore[arg-type]
    built: dict[str, Any] = msgspec.to_builtins(done)
    return built


def _file(data: dict[str, Any]) -> UploadFile:
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Unprocessable.at("file", "send the file as multipart member `file`", code="required")
    return file


router = Router(PATH, route_handlers=[import_contacts, get_import, import_suppressed], tags=["Contacts"])
