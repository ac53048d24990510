"""Wire models of exports."""

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from pydantic import Field

from callout.kit.http.fields import Text
from callout.kit.http.models import Body, Query

Format = Literal["csv", "xlsx", "json"]
Fields = Annotated[list[Annotated[str, Text(40)]], Field(min_length=1, max_length=100)]


class ExportQuery(Query):
    """The history of exports."""

    sortable: ClassVar[tuple[str, ...]] = ("created_at", "row_count", "filename")

    kind: list[str] | None = None
    status: list[Literal["queued", "running", "ready", "failed", "expired"]] | None = None
    format: list[Format] | None = None


class NewExport(Body):
    """A file somebody wants; the kind is said by the body of the endpoint or by the endpoint itself."""

    format: Format
    filters: Annotated[dict[str, Any], Field(default_factory=dict)]
    fields: Fields | None = None
    filename: Annotated[str, Text(120)] | None = None
    bom: bool = True


class FieldView(msgspec.Struct, frozen=True):
    """A column that can be chosen."""

    name: str
    label: str
    kind: str
    default: bool


class ExportView(msgspec.Struct, frozen=True):
    """An export as clients see it; `url` ends with the export."""

    id: UUID
    kind: str
    format: str
    filters: dict[str, Any]
    fields: list[str]
    filename: str
    bom: bool
    status: str
    progress_pct: int
    row_count: int | None
    bytes: int | None
    url: str | None
    expires_at: str | None
    error: str | None
    requested_by: UUID | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None
