"""The ports of orders together, as handlers are given them."""

from __future__ import annotations

from dataclasses import dataclass

from callout.features.files.service import Files
from callout.features.geocoding.ports import Geocoder
from callout.features.orders.links import LinkMaker
from callout.features.orders.ports import Dispatcher, InvoiceDesk


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """What orders work with, put together once per process.

    Attributes:
        geocoder: finds addresses.
        dispatcher: finds and binds vendors.
        files: keeps proof photos.
        links: makes customers' links.
        invoices: tells about invoices.
    """

    geocoder: Geocoder
    dispatcher: Dispatcher
    files: Files
    links: LinkMaker
    invoices: InvoiceDesk
