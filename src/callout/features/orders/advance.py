"""An admin moves an order on behalf of its vendor: fields first, then the step."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from callout.features.files.service import Files
from callout.features.orders.edit import differing, refuse_after_end, write_fields
from callout.features.orders.lifecycle import EVENT_OF_TARGET
from callout.features.orders.photos import add_photo
from callout.features.orders.tables import Order
from callout.features.orders.transition import apply_transition
from callout.kit.db.work import Work


async def advance_order(
    work: Work,
    files: Files,
    order: Order,
    *,
    status: str,
    dealing_price: Decimal | None = None,
    final_price: Decimal | None = None,
    photos: Sequence[tuple[str, UUID]] = (),
    code: str | None = None,
    override: bool = False,
    reason: str | None = None,
) -> None:
    """Brings an order to on_way, processing or completed, as its vendor would.

    Args:
        work: the transaction; `order` is locked in it.
        files: knows the pictures.
        order: the order.
        status: on_way, processing or completed.
        dealing_price: agreed price, in the order's currency.
        final_price: price to invoice.
        photos: (stage, file id) pairs to add first.
        code: the customer's start or finish code.
        override: pass over missing proofs; needs a reason and is written down.
        reason: in words.
    """
    prices = {"dealing_price": dealing_price, "final_price": final_price}
    altered = differing(order, {name: price for name, price in prices.items() if price is not None})
    refuse_after_end(order, altered)
    await write_fields(work, order, altered)
    for stage, file_id in photos:
        await add_photo(work, files, order, stage=stage, file_id=file_id)
    await apply_transition(work, order, EVENT_OF_TARGET[status], code=code, override=override, reason=reason)
