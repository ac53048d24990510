"""Sources that read one table: columns out of the model, rows out of a cursor."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Double, Integer, Select, Text, cast, func, select
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Numeric, TypeDecorator

from callout.features.exports.ports import Batch, CellKind, Column
from callout.kit.db.base import TenantRow
from callout.kit.db.work import Work

BATCH = 5000
"""Rows held in memory at once."""
INTERNAL = frozenset({"tenant_id", "version", "created_by", "created_by_role", "updated_by_role", "deleted_at"})
PHONES = frozenset({"phone", "alt_phone"})


class TableSource:
    """Every column of a table, and the tenant's rows in the order they were made.

    Subclasses say which rows (`conditions`) and may split them over sheets (`parts`).
    """

    kind: ClassVar[str]
    table: ClassVar[type[TenantRow]]
    title: ClassVar[str]
    """The name of the sheet, and what the summary calls the rows."""
    defaults: ClassVar[Sequence[str]]
    hidden: ClassVar[Collection[str]] = ()
    """Columns that are nobody's business outside."""

    def __init__(self) -> None:
        skipped = INTERNAL | set(self.hidden)
        self._expressions = {
            attribute.key: (_kind(attribute.columns[0]), _value(attribute.columns[0]))
            for attribute in self.table.__mapper__.column_attrs
            if attribute.key not in skipped
        } | self.derived()
        self.columns = [Column(name, label_of(name), kind) for name, (kind, _) in self._expressions.items()]

    def derived(self) -> dict[str, tuple[CellKind, ColumnElement[Any]]]:
        """Columns that are worked out in the query: name → kind and expression."""
        return {}

    def check(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """The filters in their stored form."""
        raise NotImplementedError

    def conditions(self, work: Work, filters: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Which rows, beyond that they are the tenant's."""
        raise NotImplementedError

    def parts(self) -> list[tuple[str, ColumnElement[bool] | None]]:
        """The sheets in order, and which rows each has."""
        return [(self.title, None)]

    async def count(self, work: Work, filters: Mapping[str, Any]) -> int:
        """How many rows there are."""
        return int((await work.session.execute(self._query(work, filters, [func.count()]))).scalar_one())

    async def rows(
        self, work: Work, filters: Mapping[str, Any], fields: Sequence[str], *, by_sheet: bool = False
    ) -> AsyncGenerator[Batch]:
        """The rows in the order they were made, out of a cursor, so that memory stays flat; of one per sheet."""
        columns = [self._expressions[name][1].label(name) for name in fields]
        connection = await work.session.connection()
        for sheet, part in self.parts() if by_sheet else [(self.title, None)]:
            query = self._query(work, filters, columns).order_by(self.table.id)
            if part is not None:
                query = query.where(part)
            yield Batch(sheet, ())
            result = await connection.stream(query.execution_options(yield_per=BATCH))
            try:
                async for rows in result.partitions(BATCH):
                    yield Batch(sheet, rows)
            finally:
                await result.close()

    async def summary(self, work: Work, filters: Mapping[str, Any]) -> list[tuple[str, Any]]:
        """Nothing beyond what the engine counts."""
        return []

    def _query(self, work: Work, filters: Mapping[str, Any], columns: Sequence[Any]) -> Select[Any]:
        return select(*columns).where(self.table.tenant_id == work.tenant_id, *self.conditions(work, filters))


def label_of(name: str) -> str:
    """`call_priority` as people read it: `Call priority`."""
    return name.replace("_", " ").capitalize()


def _kind(column: Any) -> CellKind:
    if column.key in PHONES:
        return "phone"
    match _plain(column.type):
        case Boolean():
            return "flag"
        case Integer() | Numeric() | Float():
            return "number"
        case DateTime():
            return "time"
        case JSON():
            return "json"
        case _:
            return "text"


def _value(column: Any) -> ColumnElement[Any]:
    """The column as the database hands it over fastest; JSON stays text, nobody needs to take it apart."""
    match _plain(column.type):
        case JSON():
            return cast(column, Text)
        case Numeric() | Float():
            return cast(column, Double)
        case Integer() | Boolean() | DateTime():
            return column  # type: ignore[no-any-return]
        case _:
            return cast(column, Text)


def _plain(kind: Any) -> Any:
    return kind.impl if isinstance(kind, TypeDecorator) else kind
