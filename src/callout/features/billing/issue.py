"""Issuing invoices: number, row, frozen content and what follows, in one transaction."""

from decimal import Decimal
from uuid import UUID

from callout.features.billing import neighbours, store
from callout.features.billing.composing import Logo, WorkDone, invoice_document
from callout.features.billing.context import Billing
from callout.features.billing.document import Customer, Document, freeze
from callout.features.billing.errors import NotBillable, PriceRequired, ProfileMissing
from callout.features.billing.events import InvoiceIssued, InvoicePaid, about
from callout.features.billing.numbers import document_number
from callout.features.billing.tables import BillingProfile, Invoice
from callout.features.files.store import find as find_file
from callout.features.orders import links
from callout.features.orders import store as orders
from callout.features.orders.events import OrderCompleted
from callout.features.orders.numbering import allocate
from callout.features.orders.tables import Order
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


async def invoice_completed_order(work: Work, event: OrderCompleted) -> None:
    """Starts the invoice of an order just completed; bound to the event.

    The invoice is made outside this transaction, so that nothing that goes wrong with it undoes the completion.
    """
    if event.kind == "service" and (await neighbours.billing_settings(work)).auto_invoice:
        await work.enqueue("issue_invoice", str(event.noun_id), key=f"issue_invoice:{event.noun_id}")


async def issue_or_wait(work: Work, billing: Billing, order_id: UUID) -> UUID | None:
    """Issues the invoice of a completed order, or lets the order wait until there is a billing profile.

    Safe to repeat. Returns the invoice's id; None when the order waits or takes no invoice.
    """
    try:
        return (await issue_invoice(work, billing, order_id)).id
    except ProfileMissing:
        order = await orders.lock(work, order_id)
        order.invoice_state = "awaiting_billing_profile"
        await work.session.flush()
        await billing.mail.tell_profile_missing(work, len(await neighbours.waiting_orders(work)))
    except PriceRequired:
        await give_up(work, billing, order_id)
    except NotBillable:
        pass
    return None


async def give_up(work: Work, billing: Billing, order_id: UUID) -> None:
    """Notes that the invoice of an order could not be made, and tells the admins."""
    order = await orders.lock(work, order_id)
    if order.invoice_state != "issued":
        order.invoice_state = "failed"
        await billing.mail.tell_invoice_failed(work, order_id)


async def issue_invoice(work: Work, billing: Billing, order_id: UUID) -> Invoice:
    """The invoice of a completed service order; the one that exists when there is one.

    The order is locked first, so two attempts queue up and the second finds the invoice of the first; the number is
    taken last, so that few wait for it, and given back when the transaction fails.

    Raises:
        NotBillable: the order is not completed, or is a quotation.
        ProfileMissing: there is no billing profile.
        PriceRequired: the order has no price.
    """
    order = await orders.lock(work, order_id)
    existing = await store.of_order(work, order.id)
    if existing is not None:
        return existing
    if order.status != "completed" or order.kind != "service" or order.completed_at is None:
        raise NotBillable
    profile = await _profile(work)
    price = await _price(work, order)
    tenant = await neighbours.tenant_facts(work)
    done = await _work_done(work, order, price, tenant)
    link = await links.issue(work, billing.links, order, "invoice")
    logo = await logo_of(work, profile)
    counter = await allocate(work, "invoice")
    document = invoice_document(
        done,
        profile,
        number=document_number(profile.invoice_prefix, counter, profile.number_padding),
        country=tenant.country,
        public_url=billing.links.url(link),
        logo=logo,
    )
    invoice = _row(work, order, document, price, link.id)
    work.session.add(invoice)
    order.invoice_state, order.invoice_id, order.invoice_number = "issued", invoice.id, invoice.number
    await work.session.flush()
    await billing.files.hold(work, [UUID(file_id) for file_id in document.file_ids])
    await work.publish(InvoiceIssued(**about(invoice)))  # type: ignore[arg-type]
    if invoice.status == "paid":
        await work.publish(InvoicePaid(**about(invoice)))  # type: ignore[arg-type]
    await work.enqueue("deliver_invoice", str(invoice.id), key=f"deliver_invoice:{invoice.id}")
    return invoice


async def logo_of(work: Work, profile: BillingProfile) -> Logo | None:
    """The profile's logo as it is now."""
    row = await find_file(work, profile.logo_file_id) if profile.logo_file_id else None
    return Logo(str(row.id), row.sha256) if row else None


async def _profile(work: Work) -> BillingProfile:
    profile = await store.profile(work)
    if profile is None:
        # Saving the profile takes the same lock: either it is seen here, or it sees that this order waits.
        await neighbours.tenant_facts(work, lock=True)
        profile = await store.profile(work)
    if profile is None:
        raise ProfileMissing
    return profile


async def _price(work: Work, order: Order) -> Decimal:
    price = order.final_price if order.final_price is not None else order.dealing_price
    if price is None and (await neighbours.billing_settings(work)).allow_estimated_fallback:
        price = order.estimated_value
    if price is None:
        raise PriceRequired
    return price


async def _work_done(work: Work, order: Order, price: Decimal, tenant: neighbours.TenantFacts) -> WorkDone:
    return WorkDone(
        order_number=order.order_number,
        service_type=order.service_type,
        service_label=await neighbours.service_label(work, order.service_type),
        description=order.description,
        completed_on=tenant.day(order.completed_at or work.now),
        price=price,
        currency=order.currency,
        customer=Customer(order.customer_name, order.customer_phone, order.customer_email, order.customer_address),
        language=order.language,
        vendor_name=await neighbours.vendor_name(work, order.vendor_id),
        photos=await neighbours.photo_files(work, order.id),
        texts=order.invoice_texts or {},
    )


def _row(work: Work, order: Order, document: Document, price: Decimal, link_id: UUID) -> Invoice:
    is_free = document.total_amount == 0
    return Invoice(
        id=uuid7(),
        tenant_id=work.tenant_id,
        kind="invoice",
        number=document.number,
        order_id=order.id,
        invoiced_order_id=order.id,
        order_number=order.order_number,
        contact_id=order.contact_id,
        customer_name=order.customer_name,
        vendor_id=order.vendor_id,
        status="paid" if is_free else "draft",
        paid_at=work.now if is_free else None,
        issued_at=work.now,
        invoice_date=document.invoice_date,
        due_date=document.due_date,
        currency=document.currency,
        estimated_price=order.estimated_value,
        final_price=price,
        subtotal=document.subtotal,
        tax_amount=document.tax_amount,
        total_amount=document.total_amount,
        snapshot=freeze(document),
        template=document.look.template,
        language=document.look.language,
        public_link_id=link_id,
    )
