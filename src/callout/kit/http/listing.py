"""The list shape and its headers (API specification §1.4)."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.connection import Request

from callout.kit.http.models import Query


def listed(
    filters: Query,
    items: Sequence[Any],
    total: int,
    *,
    request: Request[Any, Any, Any] | None = None,
    **extra: Any,
) -> Response[dict[str, Any]]:
    """`{items, total, limit, offset}` with X-Total-Count and Link; `fields` reduces each item."""
    rows = [msgspec.to_builtins(item) for item in items]
    if filters.fields:
        wanted = {"id", *filters.fields}
        rows = [{name: value for name, value in row.items() if name in wanted} for row in rows]
    headers = {"X-Total-Count": str(total)}
    if request is not None:
        headers["Link"] = _links(request, filters, total)
    body = {"items": rows, "total": total, "limit": filters.limit, "offset": filters.offset, **extra}
    return Response(body, headers=headers)


def _links(request: Request[Any, Any, Any], filters: Query, total: int) -> str:
    last = max(0, (total - 1) // filters.limit * filters.limit)
    pages = {"first": 0, "last": last}
    if filters.offset > 0:
        pages["prev"] = max(0, filters.offset - filters.limit)
    if filters.offset + filters.limit < total:
        pages["next"] = filters.offset + filters.limit
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in {"limit", "offset"}]
    return ", ".join(
        f'<{request.url.path}?{urlencode([*kept, ("limit", filters.limit), ("offset", offset)])}>; rel="{rel}"'
        for rel, offset in pages.items()
    )
