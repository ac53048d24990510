"""Filters of an export: those of the list of the same rows, without its paging."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from callout.kit.errors import Unprocessable
from callout.kit.http.problems import from_pydantic

PAGING = frozenset({"limit", "offset", "sort", "fields", "stats"})
FiltersT = TypeVar("FiltersT", bound=BaseModel)


def read_filters(model: type[FiltersT], filters: Mapping[str, Any]) -> FiltersT:
    """Filters in the model of the list's own; a single value stands for a list of one.

    Raises:
        Unprocessable: a filter the list does not have, or a value it does not take.
    """
    known = set(model.model_fields) - PAGING
    for name in filters:
        if name not in known:
            message = f"no such filter. There are {', '.join(sorted(known))}."
            raise Unprocessable.at(f"filters.{name}", message, code="unknown_field")
    try:
        return model.model_validate({name: _listed(model, name, value) for name, value in filters.items()})
    except ValidationError as error:
        raise from_pydantic(error, prefix=("filters",)) from error


def stored_form(filters: BaseModel) -> dict[str, Any]:
    """The filters that were set, as JSON."""
    return filters.model_dump(mode="json", exclude_unset=True, exclude_none=True)


def _listed(model: type[BaseModel], name: str, value: Any) -> Any:
    takes_list = "list[" in str(model.model_fields[name].annotation)
    return [value] if takes_list and value is not None and not isinstance(value, list) else value
