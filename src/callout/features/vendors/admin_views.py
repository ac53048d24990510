"""Vendors as admins see them, with everything that is read from neighbours."""

from collections.abc import Sequence

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.tenant_store import own_tenant
from callout.features.vendors import belongings_store
from callout.features.vendors.ports import Workload
from callout.features.vendors.tables import Vendor
from callout.features.vendors.views import View, block_view, time_off_view, vendor_view
from callout.kit.db.work import Work
from callout.kit.text.masking import mask_email
from callout.kit.text.phones import mask_phone


async def vendor_views(work: Work, workload: Workload, vendors: Sequence[Vendor]) -> list[View]:
    """The rows of a list."""
    ids = [vendor.id for vendor in vendors]
    currency = (await own_tenant(work)).currency
    rates = await workload.acceptance_rates(work, ids)
    blocks = await belongings_store.last_blocks(work, ids)
    documents = await belongings_store.documents_of(work, ids)
    masked = await sees_masked(work)
    return [
        _masked_if(
            masked,
            vendor_view(
                vendor,
                work.now,
                currency,
                acceptance_rate=rates.get(vendor.id),
                documents=[document for document in documents if document.vendor_id == vendor.id],
                block=blocks.get(vendor.id),
            ),
        )
        for vendor in vendors
    ]


async def one_vendor_view(work: Work, workload: Workload, vendor: Vendor) -> View:
    """One vendor, as in a list."""
    return (await vendor_views(work, workload, [vendor]))[0]


async def vendor_detail(work: Work, workload: Workload, vendor: Vendor) -> View:
    """One vendor with its history and time off."""
    history = await belongings_store.history_of(work, vendor.id)
    spans = await belongings_store.time_off_of(work, vendor.id)
    return await one_vendor_view(work, workload, vendor) | {
        "blocks": [block_view(entry) for entry in history],
        "time_off": [time_off_view(span) for span in spans],
    }


def _masked_if(masked: bool, view: View) -> View:
    if not masked:
        return view
    phone = view["phone"]
    return view | {"phone": mask_phone(phone) if phone else None, "email": mask_email(view["email"])}
