"""Asking for many rows by a list of values."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """True for rows whose column is one of many values.

    A join with one array, and not a list of parameters: the statement stays the same for any number of values, so
    that it is parsed and planned once, and no limit of parameters is met.
    """
    return column.in_(select(func.unnest(sql_cast(list(values), ARRAY(column.type)))))
