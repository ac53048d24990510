"""The `q` filter of vendors' order lists: a small JSON grammar compiled to SQL over a whitelist of fields."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import re2
from sqlalchemy import ColumnElement, and_, cast, false, not_, null, or_, true
from sqlalchemy.types import String

from callout.features.orders.vendor_fields import Field
from callout.kit.errors import BadRequest

MAX_LENGTH = 8_000
MAX_DEPTH = 8
MAX_PATTERN = 200
COMPARISONS: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "$gt": lambda column, value: column > value,
    "$gte": lambda column, value: column >= value,
    "$lt": lambda column, value: column < value,
    "$lte": lambda column, value: column <= value,
}


class MalformedFilter(BadRequest):
    default_detail = "q is not a filter this list understands."


def compile_filter(text: str, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    """Compiles a `q` parameter.

    Args:
        text: JSON as it came.
        fields: what may be filtered; a field not among them matches nothing that must be present.

    Raises:
        MalformedFilter: no JSON object, an unknown operator, nested too deeply, or too long.
    """
    if len(text) > MAX_LENGTH:
        raise MalformedFilter("q is too long.")
    try:
        query = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedFilter("q is not JSON.") from error
    return _Compiler(fields).all_of(query, 0)


def equals(field: Field, value: Any) -> ColumnElement[bool]:
    """Equality of a field with a JSON value; values of another kind match nothing."""
    if value is None:
        return field.column.is_(None)
    known, wanted = typed(field, value)
    return field.column == wanted if known else false()


def typed(field: Field, value: Any) -> tuple[bool, Any]:
    """A JSON value as the field's column compares it; the first member is False when it never can be equal."""
    match field.kind, value:
        case "number", bool():
            return False, None
        case "number", int() | float() if math.isfinite(value):
            return True, float(value)
        case "text", str():
            return True, value
        case (("id" | "list"), str()):
            return _parsed(UUID, value)
        case "time", str():
            return _parsed(_moment, value)
    return False, None


def _parsed(parse: Callable[[str], Any], text: str) -> tuple[bool, Any]:
    try:
        return True, parse(text)
    except (ValueError, OverflowError):
        return False, None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


class _Compiler:
    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields

    def all_of(self, query: Any, depth: int) -> ColumnElement[bool]:
        if not isinstance(query, dict):
            raise MalformedFilter("q must be a JSON object.")
        if depth > MAX_DEPTH:
            raise MalformedFilter("q is nested too deeply.")
        parts = [self._member(key, value, depth) for key, value in query.items()]
        return and_(true(), *parts)

    def _member(self, key: str, value: Any, depth: int) -> ColumnElement[bool]:
        match key:
            case "$and":
                return and_(true(), *self._each(key, value, depth))
            case "$or":
                return or_(false(), *self._each(key, value, depth))
            case "$nor":
                return not_(or_(false(), *self._each(key, value, depth)))
            case "$not":
                return not_(self.all_of(value, depth + 1))
        if key.startswith("$"):
            raise MalformedFilter(f"{key} is not supported.")
        name = "id" if key == "_id" else key
        return self._field(self.fields.get(name, _MISSING), value, depth)

    def _each(self, key: str, value: Any, depth: int) -> list[ColumnElement[bool]]:
        if not isinstance(value, list):
            raise MalformedFilter(f"{key} takes a list.")
        return [self.all_of(part, depth + 1) for part in value]

    def _field(self, field: Field, value: Any, depth: int) -> ColumnElement[bool]:
        if isinstance(value, list):
            return _any_of(field, value)
        if not isinstance(value, dict):
            return equals(field, value)
        if not all(key.startswith("$") for key in value):
            return false()
        parts = [self._operator(field, key, operand, value, depth) for key, operand in value.items()]
        return and_(true(), *parts)

    def _operator(
        self, field: Field, key: str, operand: Any, siblings: Mapping[str, Any], depth: int
    ) -> ColumnElement[bool]:
        if key in COMPARISONS:
            known, wanted = typed(field, operand)
            return COMPARISONS[key](field.column, wanted) if known else false()
        if key == "$regex":
            return _matches(field, operand, str(siblings.get("$options") or ""))
        if key == "$options" and "$regex" in siblings:
            return true()
        if key in ("$not", "$elemMatch"):
            return self._nested(field, key, operand, depth)
        if key not in OPERATORS:
            raise MalformedFilter(f"{key} is not supported here.")
        return OPERATORS[key](field, operand)

    def _nested(self, field: Field, key: str, operand: Any, depth: int) -> ColumnElement[bool]:
        if not isinstance(operand, dict) or depth >= MAX_DEPTH:
            raise MalformedFilter(f"{key} takes an object, not nested too deeply.")
        inner = self._field(field, operand, depth + 1)
        if key == "$elemMatch":
            return inner if field.kind == "list" else false()
        return or_(field.column.is_(None), not_(inner))


def _any_of(field: Field, values: Any) -> ColumnElement[bool]:
    return or_(false(), *(equals(field, value) for value in _list(values)))


def _none_of(field: Field, values: Any) -> ColumnElement[bool]:
    absent = false() if None in _list(values) else field.column.is_(None)
    return or_(absent, and_(field.column.is_not(None), not_(_any_of(field, values))))


def _differs(field: Field, value: Any) -> ColumnElement[bool]:
    if value is None:
        return field.column.is_not(None)
    return or_(field.column.is_(None), not_(equals(field, value)))


def _exists(field: Field, wanted: Any) -> ColumnElement[bool]:
    return field.column.is_not(None) if wanted else field.column.is_(None)


def _all(field: Field, values: Any) -> ColumnElement[bool]:
    return and_(true(), *(equals(field, value) for value in _list(values)))


def _size(field: Field, size: Any) -> ColumnElement[bool]:
    if field.kind != "list" or size not in (0, 1):
        return false()
    return _exists(field, size == 1)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise MalformedFilter("$in, $nin and $all take a list.")
    return value


OPERATORS: dict[str, Callable[[Field, Any], ColumnElement[bool]]] = {
    "$eq": equals,
    "$ne": _differs,
    "$in": _any_of,
    "$nin": _none_of,
    "$exists": _exists,
    "$all": _all,
    "$size": _size,
}


def _matches(field: Field, pattern: Any, options: str) -> ColumnElement[bool]:
    """A regular expression that RE2 accepts, so that none can run away; letter case counts unless told otherwise."""
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN:
        raise MalformedFilter("$regex takes a pattern of at most 200 characters.")
    checks = re2.Options()
    checks.max_mem = 1 << 16
    checks.log_errors = False
    try:
        re2.compile(pattern, checks)
    except re2.error as error:
        raise MalformedFilter("$regex: not a regular expression.") from error
    if field.kind != "text":
        return false()
    return cast(field.column, String).regexp_match(pattern, flags="i" if "i" in options else None)


_MISSING = Field("text", cast(null(), String))
