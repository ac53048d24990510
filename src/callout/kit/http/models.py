"""Base models of request bodies and list queries."""

from typing import Annotated, Any, ClassVar, Self, TypeVar

from litestar import Request
from litestar.di import Dependency
from litestar.params import SkipValidationMarker
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from callout.kit.errors import FieldError
from callout.kit.http.problems import UnknownParameter, from_pydantic

MAX_OFFSET = 100_000


class Body(BaseModel):
    """A request body; a member it does not know is refused (422 `unknown_field`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    def given(self) -> dict[str, Any]:
        """The members that were really sent, for merge patches."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class LooseBody(Body):
    """A request body of the vendor API: members it does not know are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


class Query(BaseModel):
    """The query of a list: filters, paging and order. Repeated or comma-separated values mean any of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sortable: ClassVar[tuple[str, ...]] = ("created_at",)
    default_sort: ClassVar[str] = "-created_at"

    limit: int = Field(default=50, ge=1, le=200)
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)
    sort: str | None = None
    fields: list[str] | None = None

    @model_validator(mode="before")
    @classmethod
    def _split_lists(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        out: dict[str, Any] = {}
        for name, values in raw.items():
            field = cls.model_fields.get(name)
            is_list = field is not None and "list[" in str(field.annotation)
            if not isinstance(values, list):
                out[name] = values
            elif is_list:
                out[name] = [part for value in values for part in str(value).split(",") if part]
            else:
                out[name] = values[-1]
        return out

    @field_validator("sort")
    @classmethod
    def _known_sort(cls, value: str | None) -> str | None:
        for part in (value or "").split(","):
            if part and part.removeprefix("-") not in cls.sortable:
                raise ValueError(f"sort by one of {', '.join(cls.sortable)}")
        return value

    def order(self) -> list[tuple[str, bool]]:
        """The requested order as (field, descending) pairs."""
        parts = [part for part in (self.sort or self.default_sort).split(",") if part]
        return [(part.removeprefix("-"), part.startswith("-")) for part in parts]

    @classmethod
    def known(cls) -> set[str]:
        """The parameters this list takes."""
        return set(cls.model_fields)

    @classmethod
    def read(cls, request: Request[Any, Any, Any]) -> Self:
        """Reads the query string; an unknown parameter is 400 `unknown_parameter`, a bad value 422."""
        raw: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            raw.setdefault(name, []).append(value)
        unknown = [name for name in raw if name not in cls.known()]
        if unknown:
            known = ", ".join(sorted(cls.known()))
            raise UnknownParameter(
                f"{unknown[0]}: this list has no such parameter. It takes {known}.",
                errors=[FieldError(name, "unknown parameter") for name in unknown],
            )
        try:
            return cls.model_validate(raw)
        except ValidationError as error:
            raise from_pydantic(error) from error


T = TypeVar("T")
Filtered = Annotated[T, SkipValidationMarker(), Dependency()]
"""The type of a handler's `filters` argument: the model named by `filters=` in the route decorator."""


def read_filters(request: Request[Any, Any, Any]) -> Query:
    """Provides `filters` to a handler that declares `filters=<Query subclass>`."""
    model: type[Query] | None = request.route_handler.opt.get("filters")
    if model is None:
        raise RuntimeError(f"{request.route_handler} asks for filters but declares no model")
    return model.read(request)
