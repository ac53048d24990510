"""What a feature offers for export, and where the engine finds it."""

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable

CellKind = Literal["text", "phone", "number", "flag", "time", "json"]
"""What the values of a column are: `str`, `str` in E.164, `int` or `float`, `bool`, aware `datetime`, JSON as text."""


class Column(msgspec.Struct, frozen=True):
    """One column of an export.

    Attributes:
        name: as the API calls the field.
        label: as people read it.
    """

    name: str
    label: str
    kind: CellKind = "text"


class Batch(msgspec.Struct, frozen=True):
    """Some rows, each with its values in the order of the columns asked for; None is an empty cell.

    Attributes:
        sheet: the sheet of a workbook they belong to; other formats have one table and ignore it.
    """

    sheet: str
    rows: Sequence[Sequence[Any]]


class ExportSource(Protocol):
    """Rows of one kind. Registered with the engine by the composition root; called by workers and by requests."""

    @property
    def kind(self) -> str:
        """The wire name, such as `businesses`."""
        ...

    @property
    def columns(self) -> Sequence[Column]:
        """Every column there is, in the order of a whole export."""
        ...

    @property
    def defaults(self) -> Sequence[str]:
        """The columns of an export that names none."""
        ...

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in a JSON form that `rows` takes later. Raises Unprocessable, with fields below `filters`."""
        ...

    async def count(self, work: Work, filters: Mapping[str, Any]) -> int:
        """How many rows there will be, about."""
        ...

    def rows(
        self, work: Work, filters: Mapping[str, Any], fields: Sequence[str], *, by_sheet: bool = False
    ) -> AsyncGenerator[Batch]:
        """The rows, a few thousand at a time; `work` reads one snapshot and may not write.

        With `by_sheet` the rows of a sheet follow each other; without, the order is free.
        """
        ...

    async def summary(self, work: Work, filters: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Facts for the summary sheet of a workbook: label and value."""
        ...


class ExportSources:
    """The sources of an installation by kind."""

    def __init__(self, sources: Iterable[ExportSource]) -> None:
        self._sources = {source.kind: source for source in sources}

    def of(self, kind: str) -> ExportSource:
        """The source of a kind. Raises Unprocessable where nothing of that kind can be exported."""
        if kind not in self._sources:
            raise Unprocessable.at("kind", f"must be one of {', '.join(sorted(self._sources))}")
        return self._sources[kind]


def chosen_fields(source: ExportSource, fields: Sequence[str] | None, *, everything: bool = False) -> list[str]:
    """The columns of an export: those named, the source's usual ones, or all (`["*"]`).

    Raises:
        Unprocessable: a name is no column of the source.
    """
    known = [column.name for column in source.columns]
    if everything or (fields and "*" in fields):
        return known
    for index, name in enumerate(fields or ()):
        if name not in known:
            raise Unprocessable.at(f"fields.{index}", f"{name}: no such field. There are {', '.join(known)}.")
    return list(dict.fromkeys(fields or source.defaults))


def columns_of(source: ExportSource, fields: Sequence[str]) -> list[Column]:
    """The columns with these names, in their order."""
    known = {column.name: column for column in source.columns}
    return [known[name] for name in fields]
