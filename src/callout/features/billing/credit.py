"""Credit notes: corrections that refer to the invoice they correct."""

from decimal import Decimal

from callout.features.billing import neighbours, store
from callout.features.billing.document import credit_document, freeze, thaw
from callout.features.billing.errors import InvoiceClosed, NothingToCredit, ProfileMissing
from callout.features.billing.events import InvoiceCredited, InvoiceIssued, about
from callout.features.billing.money import is_payable, round_money
from callout.features.billing.numbers import document_number
from callout.features.billing.settling import settle
from callout.features.billing.tables import Invoice
from callout.features.orders.numbering import allocate
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.ids import uuid7


async def credit(work: Work, reference: str, *, amount: Decimal | None, reason: str) -> Invoice:
    """Issues a credit note against an invoice, with a number of its own series and a negative total.

    Args:
        work: The transaction.
        reference: The invoice's id or number.
        amount: Gross amount to credit; None credits all that is left.
        reason: Printed on the note.

    Raises:
        InvoiceClosed: it is itself a credit note.
        NothingToCredit: more than what is left of the total.
    """
    invoice = await store.lock(work, reference)
    if invoice.kind != "invoice":
        raise InvoiceClosed
    profile = await store.profile(work)
    if profile is None:
        raise ProfileMissing
    remaining = invoice.total_amount - invoice.amount_credited
    credited = remaining if amount is None else amount
    if amount is not None and (amount <= 0 or not is_payable(amount, invoice.currency)):
        raise Unprocessable.at("amount", f"must be above zero and payable in {invoice.currency}")
    if credited <= 0 or credited > remaining:
        raise NothingToCredit(remaining=str(round_money(remaining, invoice.currency)))
    tax_share = await _tax_share(work, invoice, credited, is_rest=credited == remaining)
    tenant = await neighbours.tenant_facts(work)
    counter = await allocate(work, "credit_note")
    document = credit_document(
        thaw(invoice.snapshot),
        number=document_number(profile.credit_prefix, counter, profile.number_padding),
        amount=credited,
        tax_share=tax_share,
        issued_on=tenant.day(work.now),
        reason=reason,
    )
    note = Invoice(
        id=uuid7(),
        tenant_id=work.tenant_id,
        kind="credit_note",
        number=document.number,
        order_id=invoice.order_id,
        order_number=invoice.order_number,
        contact_id=invoice.contact_id,
        customer_name=invoice.customer_name,
        vendor_id=invoice.vendor_id,
        refers_to_id=invoice.id,
        status="draft",
        issued_at=work.now,
        invoice_date=document.invoice_date,
        due_date=document.due_date,
        currency=document.currency,
        final_price=document.total_amount,
        subtotal=document.subtotal,
        tax_amount=document.tax_amount,
        total_amount=document.total_amount,
        snapshot=freeze(document),
        template=document.look.template,
        language=document.look.language,
        public_link_id=invoice.public_link_id,
    )
    work.session.add(note)
    invoice.amount_credited += credited
    await settle(work, invoice)
    await work.session.flush()
    await work.publish(InvoiceIssued(**about(note)))  # type: ignore[arg-type]
    await work.publish(
        InvoiceCredited(
            **about(invoice),  # type: ignore[arg-type]
            credit_id=note.id,
            credit_number=note.number,
            amount=str(round_money(credited, invoice.currency)),
        )
    )
    await work.enqueue("deliver_invoice", str(note.id), key=f"deliver_invoice:{note.id}")
    return note


async def _tax_share(work: Work, invoice: Invoice, credited: Decimal, *, is_rest: bool) -> Decimal:
    """The tax in a credited amount: its proportion, and for the rest whatever tax is left, so that sums agree."""
    if is_rest:
        earlier = await store.credit_notes(work, invoice.id)
        return invoice.tax_amount + sum((note.tax_amount for note in earlier), Decimal(0))
    return round_money(credited * invoice.tax_amount / invoice.total_amount, invoice.currency)
