"""Refuses ids in a body that name nothing of this business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from callout.features.conversations.tables import Conversation
from callout.features.orders.tables import Order
from callout.features.prospecting.tables import Contact
from callout.features.vendors.known import check_vendors
from callout.kit.db.base import TenantRow
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.models import Body

SINGLE: Final[Mapping[str, tuple[type[TenantRow], str]]] = {
    "contact_id": (Contact, "contact"),
    "conversation_id": (Conversation, "conversation"),
    "follow_up_of": (Order, "order"),
}
VENDORS: Final = ("vendor_ids", "preferred_vendor_ids", "excluded_vendor_ids")


async def check_references(work: Work, data: Body) -> None:
    """Looks up every id a body about orders names, its selection criteria included.

    Raises:
        Unprocessable: one of them is unknown; another tenant's row is.
    """
    given = data.given()
    for name, (table, noun) in SINGLE.items():
        if wanted := given.get(name):
            await _check_row(work, table, wanted, name, noun)
    for name in VENDORS:
        await check_vendors(work, _ids(given, name), name)
    criteria = given.get("criteria")
    if isinstance(criteria, Body):
        for name in VENDORS:
            await check_vendors(work, _ids(criteria.given(), name), f"criteria.{name}")


async def _check_row(work: Work, table: type[TenantRow], wanted: UUID, field: str, noun: str) -> None:
    query = select(table.id).where(table.tenant_id == work.tenant_id, table.id == wanted)
    if (await work.session.execute(query)).first() is None:
        raise Unprocessable.at(field, f"there is no such {noun}", code=f"unknown_{noun}")


def _ids(given: Mapping[str, Any], name: str) -> Iterable[UUID]:
    return given.get(name) or ()
