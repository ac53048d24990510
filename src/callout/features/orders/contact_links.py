"""Links a vendor taps to call, write to, or drive to a customer. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from callout.features.orders.tables import Order


def contact_links(order: Order, business_name: str) -> dict[str, Any]:
    """`tel:`, WhatsApp with a greeting, and a route on a map.

    Args:
        order: shown to the vendor in full.
        business_name: on whose behalf the vendor writes.

    Sources: RFC 3966 (tel), WhatsApp "click to chat", Google Maps URLs (`api=1`, directions).
    """
    greeting = f"Hello {order.customer_name}, this is {business_name} about your order {order.order_number}."
    has_place = order.customer_lat is not None and order.customer_lng is not None
    target = f"{order.customer_lat},{order.customer_lng}" if has_place else order.customer_address
    return {
        "tel": f"tel:{order.customer_phone}",
        "whatsapp": f"https://wa.me/{order.customer_phone.lstrip('+')}?text={quote(greeting)}",
        "maps": f"https://www.google.com/maps/dir/?{urlencode({'api': 1, 'destination': target})}",
    }
