"""One action on many orders, each in its own transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from callout.features.orders import store
from callout.features.orders.closing import cancel_order
from callout.features.orders.dispatching import assign_order, dispatch_order
from callout.features.orders.edit import differing, refuse_after_end, write_fields
from callout.features.orders.planning import PRIORITY_ORDER
from callout.features.orders.ports import Dispatcher
from callout.features.orders.schemas import BulkInput
from callout.features.orders.tables import Order
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Problem, Unprocessable
from callout.kit.http.database_problems import Collided, from_database
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)


async def apply_to_each(
    database: Database, principal: Principal, dispatcher: Dispatcher, wish: BulkInput
) -> dict[str, Any]:
    """Applies an action to each order in turn; what fails leaves the others done.

    Returns:
        `{ok: [id], failed: [{id, code, detail}]}`.
    """
    ok: list[UUID] = []
    failed: list[dict[str, Any]] = []
    _check(wish)
    for order_id in dict.fromkeys(wish.ids):
        try:
            async with database.transaction(principal) as work:
                await _apply(work, dispatcher, await store.lock(work, order_id), wish)
        except Problem as problem:
            failed.append(_failure(order_id, problem))
        except (DBAPIError, StaleDataError) as error:
            _log.warning("bulk_item_failed", order=str(order_id), exc_info=error)
            failed.append(_failure(order_id, Collided() if isinstance(error, StaleDataError) else from_database(error)))
        else:
            ok.append(order_id)
    return {"ok": ok, "failed": failed}


def _failure(order_id: UUID, problem: Problem) -> dict[str, Any]:
    return {"id": order_id, "code": problem.wire_code, "detail": problem.detail}


def _check(wish: BulkInput) -> None:
    if wish.action == "priority" and wish.value not in PRIORITY_ORDER:
        raise Unprocessable.at("value", f"must be one of {', '.join(PRIORITY_ORDER)}")
    if wish.action == "cancel" and not wish.reason:
        raise Unprocessable.at("reason", "say why, in at least 3 characters")
    if wish.action == "assign":
        _vendor(wish)


async def _apply(work: Work, dispatcher: Dispatcher, order: Order, wish: BulkInput) -> None:
    match wish.action:
        case "cancel":
            await cancel_order(work, dispatcher, order, reason=wish.reason or "")
        case "dispatch":
            await dispatch_order(work, dispatcher, order)
        case "assign":
            await assign_order(work, dispatcher, order, _vendor(wish))
        case "priority":
            altered = differing(order, {"priority": wish.value})
            refuse_after_end(order, altered)
            await write_fields(work, order, altered)


def _vendor(wish: BulkInput) -> UUID:
    try:
        return UUID(wish.value or "")
    except ValueError as error:
        raise Unprocessable.at("value", "must be the id of a vendor") from error
