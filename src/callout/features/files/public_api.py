"""Files over HTTP, on both services."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyParam
from litestar.response import Stream
from pydantic import BaseModel, ConfigDict, ValidationError

from callout.features.accounts.permissions import allow, check, public
from callout.features.files.ranges import read_range
from callout.features.files.rules import shown_inline
from callout.features.files.schemas import ContentQuery, SignBody, file_view
from callout.features.files.service import Files, rendition
from callout.features.files.tables import FileRow
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unauthenticated
from callout.kit.http.problems import from_pydantic
from callout.kit.http.wire import timestamp
from callout.kit.http.writes import created
from callout.kit.principal import Principal


class UploadForm(BaseModel):
    """The parts of an upload."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    file: UploadFile
    purpose: str


@post("/", guards=[allow("file.create", roles="OMVA")])
async def upload_file(
    work: Work,
    files: Files,
    data: Annotated[UploadForm, BodyParam(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[Any]:
    """Stores an uploaded file."""
    row = await files.upload(work, data.purpose, data.file.filename, data.file.file)  # type: ignore[arg-type]
    return created(file_view(row, files.url_of(row, work.now)), f"/api/shared/files/{row.id}")


@get("/{file_id:uuid}", guards=[allow("file.read")])
async def show_file(work: Work, files: Files, file_id: UUID) -> dict[str, Any]:
    """A file and a fresh link to it."""
    row = await files.find(work, file_id)
    return file_view(row, files.url_of(row, work.now))


@post("/{file_id:uuid}/sign", guards=[allow("file.read")], status_code=200)
async def sign_file(work: Work, files: Files, file_id: UUID, data: SignBody) -> dict[str, Any]:
    """A link that lives as long as asked."""
    row = await files.find(work, file_id)
    return {
        "url": files.signed_url(work, row.id, data.expires_in),
        "expires_at": timestamp(work.now + timedelta(seconds=data.expires_in)),
    }


@delete("/{file_id:uuid}", guards=[allow("file.delete")])
async def delete_file(work: Work, files: Files, file_id: UUID) -> None:
    """Deletes a file."""
    await files.delete(work, file_id)


@get("/{file_id:uuid}/content", guards=[public])
async def file_content(
    request: Request[Any, Any, Any], work: Work, files: Files, database: Database, file_id: UUID
) -> Response[Any]:
    """The bytes, for a signed link or a signed-in reader; whole or a range of them."""
    try:
        query = ContentQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise from_pydantic(error) from error
    if query.token is not None:
        grant = files.signer.read(file_id, query.token, work.now)
        async with database.transaction(Principal.system(grant.tenant_id)) as own:
            row = await files.find(own, file_id)
        seconds = 31_536_000 if grant.expires_at == 0 else max(int(grant.expires_at - work.now.timestamp()), 0)
    else:
        if request.scope.get("user") is None:
            raise Unauthenticated
        check(request.user, "file.read")
        row = await files.find(work, file_id)
        seconds = 0
    return _answer(request, files, row, query, seconds)


def _answer(
    request: Request[Any, Any, Any], files: Files, row: FileRow, query: ContentQuery, seconds: int
) -> Response[Any]:
    part = rendition(row, query.variant)
    inline = shown_inline(row.purpose, part.content_type) and not query.download
    headers = {
        "ETag": part.etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={seconds}, immutable",
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(row.filename)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    if part.etag in request.headers.get("if-none-match", ""):
        return Response(None, status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if request.headers.get("if-range", part.etag) != part.etag:
        wanted = None
    span = read_range(wanted, part.bytes)
    start, end = span or (0, part.bytes)
    headers["Content-Length"] = str(end - start)
    if span:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{part.bytes}"
    body: AsyncIterator[bytes] = files.stream(row, query.variant, start, end)
    return Stream(body, status_code=206 if span else 200, headers=headers, media_type=part.content_type)


router = Router(
    "/api/shared/files",
    route_handlers=[upload_file, show_file, sign_file, delete_file, file_content],
    tags=["files"],
)
