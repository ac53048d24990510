"""/api/admin/data-scraper/businesses/upload: files of businesses in."""

from typing import Annotated, Any

import msgspec
from litestar import Router, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf
from pydantic import TypeAdapter, ValidationError

from callout.features.accounts.permissions import allow
from callout.features.files.service import Files
from callout.features.prospecting.importing.columns import known_fields
from callout.features.prospecting.importing.jobs import start_import
from callout.features.prospecting.views import job_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.fields import CountryCode

Upload = Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]
_COUNTRY: TypeAdapter[str] = TypeAdapter(CountryCode)


@post("/businesses/upload", guards=[allow("business.import")], status_code=202)
async def upload(work: Work, data: Upload, files: Files) -> dict[str, Any]:
    """Takes a CSV, XLSX or NDJSON file; optional `mapping` (JSON: header → field) and `country`."""
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise Unprocessable.at("file", "send the file as multipart member `file`", code="required")
    job = await start_import(
        work,
        filename=" ".join(file.filename.split()),
        data=await file.read(),
        country=_country(data.get("country")),
        mapping=_mapping(data.get("mapping")),
        files=files,
    )
    return job_view(job)


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


router = Router("/api/admin/data-scraper", route_handlers=[upload], tags=["Data scraper"])
