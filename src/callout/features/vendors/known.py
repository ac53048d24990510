"""Refuses ids that are no vendors of this business."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from callout.features.vendors.tables import Vendor
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable


async def check_vendors(work: Work, vendor_ids: Iterable[UUID], field: str) -> None:
    """Looks the vendors up, blocked and deleted ones too.

    Args:
        work: whose vendors.
        vendor_ids: as somebody typed them.
        field: where in the body they stand.

    Raises:
        Unprocessable: `unknown_vendor`; another tenant's vendor is unknown.
    """
    wanted = set(vendor_ids)
    if not wanted:
        return
    query = select(Vendor.id).where(Vendor.tenant_id == work.tenant_id, Vendor.id.in_(wanted))
    if unknown := wanted - set((await work.session.execute(query)).scalars()):
        named = ", ".join(sorted(map(str, unknown)))
        raise Unprocessable.at(field, f"there is no such vendor: {named}", code="unknown_vendor")
