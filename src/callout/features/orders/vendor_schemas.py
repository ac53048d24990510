"""What vendors send about orders; unknown members are ignored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from callout.features.orders.vendor_update import VendorUpdate
from callout.kit.http.fields import Geo, HttpUrl, LongText, Money, Text
from callout.kit.http.models import LooseBody

Stage = Literal["before", "after", "other"]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


VendorTime = Annotated[datetime, AfterValidator(_utc)]
"""A time as vendor apps write it; without a zone it is UTC, as those apps read it."""


class InvoiceTexts(LooseBody):
    """What a vendor adds to the invoice before it is issued."""

    final_price: Money | None = None
    service_name: Annotated[str, Text(120)] | None = None
    service_details: Annotated[str, LongText(500)] | None = None
    primary_contact: Annotated[str, Text(120)] | None = None
    secondary_contact: Annotated[str, Text(120)] | None = None


class VendorOrderUpdate(LooseBody):
    """A vendor's update of an order; absent members stay as they are."""

    status: Annotated[str, Text(20)] | None = None
    dealing_price: Money | None = None
    final_price: Money | None = None
    before_image_url: HttpUrl | None = None
    after_image_url: HttpUrl | None = None
    notes: Annotated[str, LongText(2000)] | None = None
    vendor_notes: Annotated[str, LongText(2000)] | None = None
    estimated_completion: VendorTime | None = None
    invoice: InvoiceTexts | None = None
    start_code: Annotated[str, Text(8)] | None = None
    finish_code: Annotated[str, Text(8)] | None = None
    decline_reason: Literal["too_far", "too_busy", "wrong_service", "price", "unavailable", "other"] | None = None
    decline_note: Annotated[str, Text(200)] | None = None
    reason: Annotated[str, Text(300)] | None = None

    def as_update(self) -> VendorUpdate:
        """The update as the use case takes it."""
        given = self.given()
        fields: dict[str, Any] = {
            name: given[name] for name in ("dealing_price", "final_price", "estimated_completion") if name in given
        }
        for name in ("notes", "vendor_notes"):
            if name in given:
                fields["vendor_notes"] = given[name] or None
        if self.invoice is not None:
            fields |= _invoice_fields(self.invoice.given())
        images = {"before": self.before_image_url, "after": self.after_image_url}
        return VendorUpdate(
            status=self.status or None,
            fields=fields,
            images={stage: url for stage, url in images.items() if url},
            code=self.finish_code if self.status == "completed" else self.start_code,
            reason=self.decline_note or self.reason,
            decline_reason=self.decline_reason,
        )


class ReferringUpdate(VendorOrderUpdate):
    """The same with the order named inside."""

    order_id: Annotated[str, Text(40)]


class VendorStatus(VendorOrderUpdate):
    """One step of the vendor's own order."""

    status: Literal["on_way", "processing", "completed"]


class PhotoUpload(LooseBody):
    """Proof photo by the id of an uploaded file."""

    file_id: UUID
    stage: Stage
    caption: Annotated[str, Text(120)] | None = None
    taken_at: VendorTime | None = None
    geo: Geo | None = Field(default=None)


def _invoice_fields(given: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if given.get("final_price") is not None:
        fields["final_price"] = given["final_price"]
    texts = {name: given[name] for name in ("service_name", "service_details") if given.get(name)}
    if texts:
        fields["invoice_texts"] = texts
    contacts = {"primary": given.get("primary_contact"), "secondary": given.get("secondary_contact")}
    contacts = {name: value for name, value in contacts.items() if value}
    if contacts:
        fields["on_site_contact"] = contacts
    return fields
