"""A sample document with the tenant's own look; consumes no number and keeps nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from callout.features.billing import neighbours
from callout.features.billing.composing import WorkDone, invoice_document
from callout.features.billing.context import Billing
from callout.features.billing.delivery import render
from callout.features.billing.document import Customer
from callout.features.billing.issue import logo_of
from callout.features.billing.labels import labels
from callout.features.billing.tables import BillingProfile
from callout.kit.db.work import Work

SAMPLE_PRICE = Decimal(250)


async def preview(work: Work, billing: Billing, values: dict[str, Any]) -> bytes:
    """The PDF of a sample invoice under a draft of the billing profile, watermarked and numbered PREVIEW."""
    tenant = await neighbours.tenant_facts(work)
    profile = BillingProfile(**values)
    profile.currency = profile.currency or tenant.currency
    profile.default_language = profile.default_language or tenant.locale
    words = labels(profile.default_language)
    done = WorkDone(
        order_number="ORD-000000",
        service_type="cleaning",
        service_label="Cleaning",
        description="House cleaning, two bedrooms and kitchen",
        completed_on=tenant.day(work.now - timedelta(days=1)),
        price=SAMPLE_PRICE,
        currency=profile.currency,
        customer=Customer("Anna Reyes", "+1 305 555 0100", "anna@example.com", "12 Oak Street, Springfield"),
        language=profile.default_language,
        vendor_name="Sam Porter",
        photos={},
        texts={},
    )
    document = invoice_document(
        done,
        profile,
        number="PREVIEW",
        country=tenant.country,
        public_url="https://example.com/invoice",
        logo=await logo_of(work, profile),
        watermark=words["preview"],
    )
    return await render(work, billing, document)
