"""Every error leaves as application/problem+json (RFC 9457) with string `detail`, `message` and `code`."""

from typing import Any, get_args

import msgspec
from litestar import Request, Response
from litestar.exceptions import (
    ClientException as LitestarClientError,
)
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from pydantic import ValidationError
from pydantic_core.core_schema import ErrorType
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

from callout.kit.errors import BadRequest, FieldError, Problem, Unprocessable, VersionConflict
from callout.kit.http.database_problems import from_database
from callout.kit.observe.logs import logger

TYPE_BASE = "https://callout.dev/problems/"
_log = logger(__name__)
_CODES_BY_STATUS = {
    401: "unauthenticated",
    403: "permission_denied",
    405: "method_not_allowed",
    406: "not_acceptable",
    411: "length_required",
    413: "body_too_large",
    415: "unsupported_media_type",
    429: "rate_limited",
}
_LIBRARY_KINDS = frozenset(get_args(ErrorType))
"""Error types of pydantic itself; any other is a code of ours, raised as PydanticCustomError."""


class UnknownField(Unprocessable):
    code = "unknown_field"
    title = "Unknown field"


class UnknownParameter(BadRequest):
    code = "unknown_parameter"
    title = "Unknown parameter"


class MalformedRequest(BadRequest):
    code = "malformed_request"


def body_of(problem: Problem, *, request_id: str, instance: str) -> dict[str, Any]:
    """The members of a problem document."""
    code = problem.wire_code
    body: dict[str, Any] = {
        "type": f"{TYPE_BASE}{code}",
        "title": problem.title or type(problem).__name__,
        "status": problem.status,
        "detail": problem.detail,
        "message": problem.detail,
        "code": code,
        "instance": instance,
        "request_id": request_id,
    }
    if problem.errors:
        body["errors"] = [
            {"field": field, "message": message, **({"code": row_code} if row_code else {})}
            for field, message, row_code in problem.errors
        ]
    body.update({name: value for name, value in problem.members.items() if name != "code"})
    return body


def render(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The response for an error; anything unexpected is logged and says nothing about itself."""
    problem = as_problem(error)
    if problem.status >= 500:
        _log.error("request_failed", path=request.url.path, method=request.method, exc_info=error)
    if problem.keeps_work:
        request.scope["state"]["keeps_work"] = True
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    body = body_of(problem, request_id=request_id, instance=request.url.path)
    retry_after = problem.members.get("retry_after_s")
    headers = {"Retry-After": str(int(retry_after))} if retry_after is not None else {}
    return Response(
        msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={**headers, **problem.headers},
    )


def as_problem(error: Exception) -> Problem:
    """Translates what frameworks and libraries raise into our own words."""
    match error:
        case Problem():
            return error
        case ValidationException():
            return _from_litestar(error)
        case ValidationError():
            return from_pydantic(error)
        case StaleDataError():
            return VersionConflict()
        case DBAPIError() | PoolTimeoutError():
            return from_database(error)
        case NotFoundException():
            return _plain(404, "not_found", "Not found", "There is nothing here under that address.")
        case MethodNotAllowedException():
            problem = _plain(
                405, "method_not_allowed", "Method not allowed", "This address does not support that method."
            )
            problem.headers.update(error.headers or {})
            return problem
        case LitestarClientError() if error.status_code == 400:
            return MalformedRequest(str(error.detail))
        case HTTPException():
            code = _CODES_BY_STATUS.get(
                error.status_code, "malformed_request" if error.status_code < 500 else "internal"
            )
            detail = str(error.detail) if error.status_code < 500 else Problem.default_detail
            return _plain(error.status_code, code, "Request refused", detail)
        case _:
            return Problem()


def from_pydantic(error: ValidationError, *, prefix: tuple[str, ...] = ()) -> Problem:
    """One row per refused field."""
    return _from_rows([{**row, "loc": (*prefix, *row["loc"])} for row in error.errors(include_url=False)])


def _from_litestar(error: ValidationException) -> Problem:
    cause = error.__cause__
    rows = getattr(cause, "errors", None)
    if callable(rows):
        rows = rows()
    if isinstance(rows, list) and rows:
        return _from_rows(rows)
    extra = error.extra if isinstance(error.extra, list) else []
    errors = [
        FieldError(str(row.get("key", "")), str(row.get("message", ""))) for row in extra if isinstance(row, dict)
    ]
    detail = "; ".join(f"{row.field}: {row.message}" for row in errors) or str(error.detail)
    return Unprocessable(detail, errors=errors)


def _from_rows(rows: list[Any]) -> Problem:
    errors = []
    unknown = False
    for row in rows:
        location = [str(part) for part in row.get("loc", ()) if part not in {"data", "body"}]
        kind = str(row.get("type", ""))
        unknown = unknown or kind == "extra_forbidden"
        message = str(row.get("msg", "")).removeprefix("Value error, ")
        own_code = kind if kind and kind not in _LIBRARY_KINDS else None
        code = {"missing": "required", "extra_forbidden": "unknown_field"}.get(kind, own_code)
        errors.append(FieldError(".".join(location), message, code))
    only_unknown = unknown and all(row.code == "unknown_field" for row in errors)
    detail = "; ".join(f"{row.field}: {row.message}" if row.field else row.message for row in errors)
    return (UnknownField if only_unknown else Unprocessable)(detail, errors=errors)


def _plain(status: int, code: str, title: str, detail: str) -> Problem:
    problem = Problem(detail, code=code)
    problem.status = status  # type: ignore[misc]  # the instance stands for a framework's error
    problem.title = title  # type: ignore[misc]
    return problem


HANDLERS: dict[type[Exception] | int, Any] = {Exception: render, HTTPException: render, Problem: render}
