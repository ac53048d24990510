"""What knowledge bases read over HTTP."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from callout.kit.http.fields import HttpUrl, Language, LongText, Text
from callout.kit.http.models import Body, Query

Tags = Annotated[list[Annotated[str, Text(30)]], Field(max_length=20)]
Urls = Annotated[list[HttpUrl], Field(max_length=10)]
FileIds = Annotated[list[UUID], Field(max_length=10)]
Content = Annotated[str, LongText(200_000)]


class NewKnowledgeBase(Body):
    """A knowledge base to be made: written text, pages or documents, at least one of them."""

    name: Annotated[str, Text(120)]
    description: Annotated[str, LongText(500)] | None = None
    content: Content | None = None
    source_urls: Urls = Field(default_factory=list)
    file_ids: FileIds = Field(default_factory=list)
    language: Language | None = None
    tags: Tags = Field(default_factory=list)
    is_active: bool = True

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not (self.content or self.source_urls or self.file_ids):
            raise ValueError("give content, source_urls or file_ids")
        return self


class KnowledgeBasePatch(Body):
    """Changes of a knowledge base; absent members stay."""

    name: Annotated[str, Text(120)] | None = None
    description: Annotated[str, LongText(500)] | None = None
    content: Content | None = None
    source_urls: Urls | None = None
    file_ids: FileIds | None = None
    language: Language | None = None
    tags: Tags | None = None
    is_active: bool | None = None

    @model_validator(mode="after")
    def _only_some_can_be_cleared(self) -> Self:
        for name, value in self.given().items():
            if value is None and name not in {"description", "content"}:
                raise ValueError(f"{name} cannot be null")
        return self


class KnowledgeQuery(Query):
    """The query of the list of knowledge bases."""

    sortable: ClassVar[tuple[str, ...]] = ("name", "created_at", "indexed_at")

    q: str | None = Field(default=None, min_length=2, max_length=100)
    is_active: bool | None = None
    index_status: list[Literal["pending", "ready", "failed"]] | None = None


class Question(Body):
    """Words to look up."""

    text: Annotated[str, LongText(500, minimum=1)]
    top: int = Field(default=4, ge=1, le=10)
