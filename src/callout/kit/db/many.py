"""Asking for many rows by a list of values, and changing them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from callout.kit.db.work import Work


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """True for rows whose column is one of many values.

    A join with one array, and not a list of parameters: the statement stays the same for any number of values, so
    that it is parsed and planned once, and no limit of parameters is met.
    """
    return column.in_(select(func.unnest(sql_cast(list(values), ARRAY(column.type)))))


async def repoint(
    work: Work, reference: InstrumentedAttribute[UUID | None], kept_id: UUID, merged_ids: Iterable[UUID]
) -> None:
    """Lets a tenant's rows refer to the thing kept, where they referred to one of those merged into it."""
    table = reference.class_
    await work.session.execute(
        update(table)
        .where(table.tenant_id == work.tenant_id, one_of(reference, merged_ids))
        .values({reference: kept_id})
        .execution_options(synchronize_session=False)
    )
