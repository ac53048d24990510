"""Wire models of enrichment."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from callout.features.prospecting.schemas import BusinessFilter
from callout.kit.http.fields import Text
from callout.kit.http.models import Body


class EnrichBody(Body):
    """Whose websites to visit: businesses by id, or all a filter finds (`{}` for all)."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=500)] | None = None
    filters: BusinessFilter | None = None
    name: Annotated[str, Text(120)] | None = None

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.ids is None) == (self.filters is None):
            raise ValueError("give either ids or filters")
        return self
