"""/api/admin/data-scraper: files of businesses in, looked at before and accounted for after."""

import asyncio
from pathlib import PurePath
from typing import Annotated, Any, BinaryIO, cast
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf
from litestar.response import Stream
from pydantic import TypeAdapter, ValidationError

from callout.features.accounts.permissions import allow
from callout.features.accounts.tenant_store import own_tenant
from callout.features.files.service import Files
from callout.features.prospecting import store
from callout.features.prospecting.importing import rejects
from callout.features.prospecting.importing.columns import known_fields
from callout.features.prospecting.importing.jobs import check_size, start_import
from callout.features.prospecting.importing.preview import preview_of
from callout.features.prospecting.tables import ScrapeJob
from callout.features.prospecting.views import job_view
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.fields import CountryCode

Upload = Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]
_COUNTRY: TypeAdapter[str] = TypeAdapter(CountryCode)


@post("/businesses/upload", guards=[allow("business.import")], status_code=202)
async def upload(work: Work, data: Upload, files: Files) -> dict[str, Any]:
    """Takes a CSV, XLSX, NDJSON or JSON file; optional `mapping` (JSON: header → field) and `country`."""
    file = _file(data)
    country, mapping = _country(data.get("country")), _mapping(data.get("mapping"))
    await asyncio.to_thread(check_size, _stream(file))
    job = await start_import(
        work,
        filename=" ".join(file.filename.split()),
        stream=_stream(file),
        country=country,
        mapping=mapping,
        files=files,
    )
    return job_view(job)


@post("/businesses/upload/preview", guards=[allow("business.import")], status_code=200)
async def preview(work: Work, data: Upload) -> dict[str, Any]:
    """How the file would be read: encoding, delimiter, columns, the first rows and what is wrong with them."""
    file = _file(data)
    country = _country(data.get("country")) or (await own_tenant(work)).country
    await asyncio.to_thread(check_size, _stream(file))
    return await asyncio.to_thread(preview_of, _stream(file), _mapping(data.get("mapping")), country)


@get("/jobs/{job_id:uuid}/rejected", guards=[allow("business.import")], media_type="text/csv")
async def rejected(work: Work, job_id: UUID, database: Database) -> Stream:
    """The rows that were not taken, each with its reason, as CSV that can be mended and uploaded again."""
    job = await store.fetch(work, ScrapeJob, job_id)
    header = job.cursor.get("layout", {}).get("header", [])
    name = f"{PurePath(job.filename or 'businesses').stem}-rejected.csv"
    return Stream(
        rejects.as_csv(database, work.principal, job.id, header),
        media_type="text/csv",
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )


def _stream(file: UploadFile) -> BinaryIO:
    """On disk, or in memory while it is small."""
    stream: Any = file.file
    return cast("BinaryIO", stream)


def _file(data: dict[str, Any]) -> UploadFile:
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Unprocessable.at("file", "send the file as multipart member `file`", code="required")
    return file


def _country(raw: Any) -> str | None:
    try:
        return _COUNTRY.validate_python(raw) if raw else None
    except ValidationError as error:
        raise Unprocessable.at("country", "not a country code (ISO 3166-1 alpha-2)") from error


def _mapping(raw: Any) -> dict[str, str]:
    if not raw:
        return {}
    try:
        mapping = msgspec.json.decode(raw, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise Unprocessable.at("mapping", "must be a JSON object of header → field") from error
    for header, field in mapping.items():
        if field and field not in known_fields():
            raise Unprocessable.at(f"mapping.{header}", f"must be one of {', '.join(sorted(known_fields()))}")
    return mapping


router = Router("/api/admin/data-scraper", route_handlers=[upload, preview, rejected], tags=["Data scraper"])
