"""Wire models of the catalogues."""

from typing import Annotated, ClassVar

from pydantic import Field

from callout.kit.http.fields import CountryCode, Text
from callout.kit.http.models import Query

Beginning = Annotated[str, Text(80)]


class TypeQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ()
    default_sort: ClassVar[str] = ""

    limit: int = Field(default=500, ge=1, le=500)
    q: Beginning | None = None
    group: Annotated[str, Text(40)] | None = None
    service: Annotated[str, Text(40)] | None = None
    """Only types whose premises buy this service."""


class CountryQuery(Query):
    sortable: ClassVar[tuple[str, ...]] = ()
    default_sort: ClassVar[str] = ""

    limit: int = Field(default=300, ge=1, le=500)
    q: Beginning | None = None


class StateQuery(CountryQuery):
    country: CountryCode


class CityQuery(StateQuery):
    limit: int = Field(default=50, ge=1, le=500)
    state: Beginning | None = None


class LocalityQuery(CityQuery):
    city: Beginning
