"""Orders of what customers agreed to on the phone: one for each call, whoever makes it first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.calls.tables import Call
from callout.features.conversations import store as conversations
from callout.features.dispatch.preview import rank
from callout.features.dispatch.schemas import RankInput
from callout.features.orders import neighbours, store
from callout.features.orders.create import Draft, create_order
from callout.features.orders.desk import OrderDesk
from callout.features.orders.dispatching import dispatch_order, set_aside
from callout.features.orders.place import locate
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.errors import Problem, Unprocessable

FALLBACK_SERVICE = "other"
_DAYS_AHEAD = 3


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer said yes to, as the brain's `create_order` hands it over. Moments are aware UTC."""

    customer_name: str
    customer_phone: str
    customer_address: str
    service_type: str | None = None
    description: str | None = None
    when: str | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    is_called_number: bool = True
    is_emergency: bool = False
    is_live: bool = False
    risk: float = 0.0


def agreed_of(arguments: Mapping[str, Any]) -> Agreed:
    """The arguments of the tool, checked.

    Raises:
        Unprocessable: one is missing or no such thing.
    """
    try:
        return msgspec.convert(dict(arguments), Agreed, strict=False)
    except msgspec.ValidationError as error:
        raise Unprocessable(f"The agreed details do not make an order: {error}") from error


class AgreedOrders:
    """Makes orders of agreements."""

    def __init__(self, desk: OrderDesk) -> None:
        """Takes what orders work with."""
        self._desk = desk

    async def commit(self, work: Work, call: Call, agreed: Agreed, *, is_scam: bool) -> Order:
        """The order of a call's conversation, dispatched; one it led to already is given back as it is.

        Raises:
            Unprocessable: the details do not make an order.
        """
        assert call.conversation_id is not None
        services = await neighbours.services(work)
        known = agreed.service_type if agreed.service_type in services else FALLBACK_SERVICE
        draft = Draft(
            customer_name=agreed.customer_name[:120],
            customer_phone=agreed.customer_phone,
            customer_address=agreed.customer_address[:300],
            service_type=known,
            description=(agreed.description or services[known].label if known in services else agreed.description)
            or "Agreed on the phone",
            contact_id=call.contact_id,
            priority="urgent" if agreed.is_emergency else "medium",
            scheduled_start=agreed.starts,
            scheduled_end=agreed.ends if agreed.starts and agreed.ends and agreed.ends > agreed.starts else None,
            schedule_source="customer",
            conversation_id=call.conversation_id,
            admin_notes=f"Time in the customer's words: {agreed.when}"[:500] if agreed.when else None,
        )
        order, is_new = await create_order(work, self._desk.geocoder, draft)
        if is_new:
            await self._dispatch(work, order, is_scam=is_scam)
        conversation = await conversations.lock(work, call.conversation_id)
        conversation.order_id = order.id
        await work.session.flush()
        return order

    async def is_free(self, work: Work, wish: Mapping[str, Any], at: datetime) -> bool:
        """Whether any vendor could do the work then, by the rules of dispatch; nothing is kept or sent."""
        tenant = await neighbours.tenant(work)
        address = str(wish.get("customer_address") or "")
        spot = await locate(self._desk.geocoder, address, None, tenant.country) if address else None
        if spot is None or spot.point is None:
            return True
        services = await neighbours.services(work)
        named = wish.get("service_type")
        job = RankInput(
            service_type=str(named) if named in services else FALLBACK_SERVICE,
            priority="medium",
            scheduled_start=at,
        )
        found = await rank(work, job, spot.point)
        return any(row.get("included") for row in found["candidates"])

    async def availability(self, work: Work, wish: Mapping[str, Any]) -> dict[str, Any]:
        """Whether the time wanted is free, and the same hour of the next days where it is not.

        Raises:
            Unprocessable: the time cannot be read.
        """
        try:
            at = datetime.fromisoformat(str(wish.get("starts")))
        except ValueError as error:
            raise Unprocessable("The time cannot be read.") from error
        if at.tzinfo is None:
            raise Unprocessable("The time has no zone.")
        if await self.is_free(work, wish, at):
            return {"available": True, "alternatives": []}
        days = [at + timedelta(days=days) for days in range(1, _DAYS_AHEAD + 1)]
        others = [day.isoformat() for day in days if await self.is_free(work, wish, day)]
        return {"available": False, "alternatives": others}

    async def _dispatch(self, work: Work, order: Order, *, is_scam: bool) -> None:
        """Hands a new order on; what hinders that is shown to the admins, the order stays."""
        settings = await tenant_settings(work)
        if not is_scam and not settings["dispatch.auto_vendor_selection"]:
            return
        try:
            async with work.nested():
                if is_scam:
                    await set_aside(work, order, "scam_suspected")
                else:
                    await dispatch_order(work, self._desk.dispatcher, order)
        except Problem:
            await work.session.refresh(order)


async def order_of(work: Work, call: Call) -> Order | None:
    """The order a call led to, if any."""
    return await store.of_conversation(work, call.conversation_id) if call.conversation_id else None
