"""Which vendors a customer wants or never again, over HTTP, for admins."""

from typing import Any

from litestar import Request, Response, Router, delete, get, put

from callout.features.accounts.audit import audit
from callout.features.accounts.permissions import allow
from callout.features.vendors import belongings_store, store
from callout.features.vendors.schemas import PairFilters, PairInput
from callout.features.vendors.views import View, pair_view
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered


@get("/", guards=[allow("vendor.update", roles="OM")], filters=PairFilters)
async def list_pairs(
    work: Work, filters: Filtered[PairFilters], request: Request[Any, Any, Any]
) -> Response[dict[str, Any]]:
    """All pairs, newest first."""
    pairs, total = await belongings_store.list_pairs(
        work,
        filters.limit,
        filters.offset,
        vendor_id=filters.vendor_id,
        contact_id=filters.contact_id,
        relation=filters.relation,
    )
    return listed(filters, [pair_view(pair) for pair in pairs], total, request=request)


@put("/", guards=[allow("vendor.update", roles="OM")])
async def put_pair(work: Work, data: PairInput) -> View:
    """Adds or changes the relation of a vendor and a customer."""
    vendor = await store.get_vendor(work, data.vendor_id)
    pair = await belongings_store.put_pair(work, vendor.id, data.contact_id, data.relation, data.reason)
    after = {"contact_id": str(data.contact_id), "relation": data.relation}
    await audit(work, "vendor.pair", "vendor", vendor.id, after=after, reason=data.reason)
    return pair_view(pair)


@delete("/", guards=[allow("vendor.update", roles="OM")], filters=PairFilters)
async def drop_pair(work: Work, filters: Filtered[PairFilters]) -> None:
    """Forgets the relation of a vendor and a customer."""
    if filters.vendor_id is None or filters.contact_id is None:
        raise Unprocessable.at("vendor_id" if filters.vendor_id is None else "contact_id", "names the pair to delete")
    await belongings_store.drop_pair(work, filters.vendor_id, filters.contact_id)
    before = {"contact_id": str(filters.contact_id)}
    await audit(work, "vendor.unpair", "vendor", filters.vendor_id, before=before)


router = Router("/api/admin/vendor-selection/pairs", route_handlers=[list_pairs, put_pair, drop_pair], tags=["vendors"])
