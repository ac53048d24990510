"""Wire models of files."""

from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from callout.features.files.links import DEFAULT_EXPIRY_S, MAX_EXPIRY_S, MIN_EXPIRY_S
from callout.features.files.tables import FileRow
from callout.kit.http.models import Body


class FileView(msgspec.Struct, frozen=True):
    """A file as clients see it."""

    id: UUID
    url: str
    purpose: str
    filename: str
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    duration_s: float | None
    taken_at: str | None
    variants: list[str]


class SignBody(Body):
    """How long a link shall live, seconds."""

    expires_in: int = Field(default=DEFAULT_EXPIRY_S, ge=MIN_EXPIRY_S, le=MAX_EXPIRY_S)


class ContentQuery(BaseModel):
    """How to send the content."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    token: str | None = Field(default=None, max_length=200)
    variant: str = Field(default="original", pattern="^(original|320|1200)$")
    download: bool = False


def file_view(row: FileRow, url: str) -> dict[str, Any]:
    """A file with its current link."""
    view = FileView(
        id=row.id,
        url=url,
        purpose=row.purpose,
        filename=row.filename,
        content_type=row.content_type,
        bytes=row.bytes,
        width=row.width,
        height=row.height,
        duration_s=None if row.duration_s is None else float(row.duration_s),
        taken_at=row.taken_at,
        variants=["original", *row.variants],
    )
    built: dict[str, Any] = msgspec.to_builtins(view)
    return built
