"""What the use cases of billing work with, put together once per process."""

from dataclasses import dataclass

from callout.features.billing.ports import InvoiceMail, PdfRenderer
from callout.features.files.service import Files
from callout.features.orders.links import LinkMaker


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """The ports of billing.

    Attributes:
        renderer: Sets documents as PDF.
        files: Keeps the PDFs, gives logos and photos.
        links: Makes the customer's link to an invoice.
        mail: Brings documents and news about them to people.
    """

    renderer: PdfRenderer
    files: Files
    links: LinkMaker
    mail: InvoiceMail
