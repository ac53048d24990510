"""Rows of billing: the business information, issued documents, payments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import TenantRow
from callout.kit.db.types import Str


class BillingProfile(TenantRow):
    """What a tenant prints on its documents; one per tenant."""

    __tablename__ = "billing_profiles"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    business_name: Mapped[str] = mapped_column(Str(160))
    business_address: Mapped[str] = mapped_column(Str(300))
    business_phone: Mapped[str] = mapped_column(Str(20))
    business_email: Mapped[str] = mapped_column(Str(254))
    website: Mapped[str | None] = mapped_column(Str(2000))
    tax_id: Mapped[str | None] = mapped_column(Str(40))
    logo_file_id: Mapped[UUID | None]
    payment_terms: Mapped[str] = mapped_column(Str(200))
    due_days: Mapped[int]
    payment_methods: Mapped[list[str]]
    bank_details: Mapped[dict[str, Any] | None]
    payment_link_template: Mapped[str | None] = mapped_column(Str(2000))
    invoice_template: Mapped[str] = mapped_column(Str(10))
    accent_color: Mapped[str | None] = mapped_column(Str(7))
    invoice_prefix: Mapped[str] = mapped_column(Str(10))
    credit_prefix: Mapped[str] = mapped_column(Str(10))
    number_padding: Mapped[int]
    tax_name: Mapped[str] = mapped_column(Str(20))
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    tax_mode: Mapped[str] = mapped_column(Str(10))
    currency: Mapped[str] = mapped_column(Str(3))
    default_language: Mapped[str] = mapped_column(Str(35))
    service_details: Mapped[str | None] = mapped_column(Text)
    footer_text: Mapped[str | None] = mapped_column(Str(300))


class Invoice(TenantRow):
    """An issued invoice or credit note; never deleted, its content never changed."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "invoiced_order_id"),
        Index(None, "tenant_id", "order_id"),
        Index(None, "tenant_id", "issued_at"),
        Index(None, "tenant_id", "status", "due_date"),
        Index(None, "refers_to_id"),
    )

    kind: Mapped[str] = mapped_column(Str(12))
    number: Mapped[str] = mapped_column(Str(20))
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    invoiced_order_id: Mapped[UUID | None]
    """The order again on an invoice, null on a credit note: one invoice per order, on every database."""
    order_number: Mapped[str] = mapped_column(Str(20))
    contact_id: Mapped[UUID | None]
    customer_name: Mapped[str] = mapped_column(Str(120))
    vendor_id: Mapped[UUID | None]
    refers_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("invoices.id"))
    status: Mapped[str] = mapped_column(Str(10))
    issued_at: Mapped[datetime]
    invoice_date: Mapped[date]
    due_date: Mapped[date]
    extended_at: Mapped[datetime | None]
    currency: Mapped[str] = mapped_column(Str(3))
    estimated_price: Mapped[Decimal | None]
    final_price: Mapped[Decimal]
    subtotal: Mapped[Decimal]
    tax_amount: Mapped[Decimal]
    total_amount: Mapped[Decimal]
    amount_paid: Mapped[Decimal] = mapped_column(default=Decimal(0))
    amount_credited: Mapped[Decimal] = mapped_column(default=Decimal(0))
    snapshot: Mapped[dict[str, Any]]
    template: Mapped[str] = mapped_column(Str(10))
    language: Mapped[str] = mapped_column(Str(35))
    pdf_file_id: Mapped[UUID | None]
    pdf_status: Mapped[str] = mapped_column(Str(8), default="pending")
    sent_at: Mapped[datetime | None]
    delivered_channels: Mapped[list[str]] = mapped_column(default=list)
    paid_at: Mapped[datetime | None]
    overdue_since: Mapped[datetime | None]
    reminders_sent: Mapped[int] = mapped_column(default=0)
    public_link_id: Mapped[UUID]


class PaymentRecord(TenantRow):
    """Money received for an invoice, or a reversal with a negative amount; append-only."""

    __tablename__ = "payment_records"
    __table_args__ = (Index(None, "invoice_id"), UniqueConstraint("reverses_id"))

    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoices.id"))
    amount: Mapped[Decimal]
    method: Mapped[str] = mapped_column(Str(30))
    received_at: Mapped[datetime]
    reference: Mapped[str | None] = mapped_column(Str(80))
    note: Mapped[str | None] = mapped_column(Str(200))
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_records.id"))
