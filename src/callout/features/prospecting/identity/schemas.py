"""Wire models of identity."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, field_validator

from callout.features.prospecting.identity.blending import CHOOSABLE
from callout.kit.http.models import Body, Query


class SuggestionQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ("score", "created_at")
    default_sort: ClassVar[str] = "-score"

    status: list[Literal["open", "merged", "dismissed"]] | None = None
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None
    business_id: UUID | None = None


class MergeQuery(Query):
    kept_id: UUID | None = None
    undone: bool | None = None


class MergeBusinesses(Body):
    """Which businesses become one; `fields` says of a field which business's value is wanted."""

    keep_id: UUID
    merge_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]
    fields: Annotated[dict[str, UUID], Field(default_factory=dict)]

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, UUID]) -> dict[str, UUID]:
        if unknown := value.keys() - CHOOSABLE:
            raise ValueError(f"no such field: {min(unknown)}; choose among {', '.join(sorted(CHOOSABLE))}")
        return value
