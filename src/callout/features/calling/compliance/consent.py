"""On which ground somebody may be called (pure)."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Basis = Literal["express_written", "express", "existing_customer", "legitimate_interest_b2b", "inquiry"]
CUSTOMER_FOR = timedelta(days=548)
"""A completed order makes an existing customer for 18 months (47 CFR 64.1200(f)(5))."""
INQUIRY_FOR = timedelta(days=90)
"""An inquiry holds for three months (47 CFR 64.1200(f)(5))."""
EXPLICIT = frozenset({"express_written", "express"})
"""What somebody said or wrote to this business; overrides a public registry, never the business's own list."""


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """The newest record of a phone for calls."""

    basis: str
    action: str
    at: datetime
    expires_at: datetime | None = None


def basis_of(newest: Consent | None, last_order_at: datetime | None, now: datetime) -> str | None:
    """The basis in force; None where there is none.

    What was withdrawn last is withdrawn, whatever was before. An inquiry is over after 90 days and being a customer 18
    months after the last completed order, or after the moment it was recorded for an order that is not on file.

    Args:
        newest: the newest record of scope call.
        last_order_at: when the last order of this phone was completed.
        now: the moment of the call.
    """
    is_customer = last_order_at is not None and now - last_order_at <= CUSTOMER_FOR
    if newest is not None:
        if newest.action != "granted":
            return None
        if newest.expires_at is None or newest.expires_at > now:
            is_over = (newest.basis == "inquiry" and now - newest.at > INQUIRY_FOR) or (
                newest.basis == "existing_customer" and not is_customer and now - newest.at > CUSTOMER_FOR
            )
            if newest.basis != "none" and not is_over:
                return newest.basis
    return "existing_customer" if is_customer else None
