"""Starting the search for a vendor."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from callout.features.dispatch import runs
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable


async def start(
    work: Work,
    order: Order,
    *,
    mode: str | None = None,
    vendor_ids: Sequence[UUID] = (),
    criteria: Mapping[str, Any] | None = None,
    include_declined: bool = False,
    deadline_min: int | None = None,
) -> None:
    """Begins, or begins again, the search for a vendor.

    The first wave is sent in this transaction: afterwards the order is offering, needs attention because there is
    nobody to ask, or, outside the tenant's hours, stays as it is with `dispatch_after`.

    Args:
        work: the transaction; `order` is locked in it, and its place and service are known to be good.
        order: new or needing attention.
        mode: waves, sequential, broadcast or manual; the rule's or tenant's unless given.
        vendor_ids: whom to ask in manual mode.
        criteria: vendor selection criteria that win over the rule's and the tenant's.
        include_declined: also ask those who refused before.
        deadline_min: minutes until somebody must have accepted.

    Raises:
        Unprocessable: manual mode without vendors.
    """
    if mode == "manual" and not vendor_ids:
        raise Unprocessable.at("vendor_ids", "name the vendors to ask")
    run = await runs.open_run(
        work,
        order,
        mode=mode,
        vendor_ids=vendor_ids,
        criteria=criteria,
        include_declined=include_declined,
        deadline_min=deadline_min,
    )
    opening = await runs.opening_for(work, order)
    if opening > work.now:
        await runs.wait_until(work, order, run, opening)
        return
    await runs.begin(work, order, run)
