"""What a provider reports about a message, and which status follows from it. Pure."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

ReceiptKind = Literal["delivered", "read", "failed"]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One report; `message_id` is ours, `external_id` the provider's, at least one is known."""

    kind: ReceiptKind
    at: datetime | None = None
    message_id: UUID | None = None
    external_id: str | None = None
    reason: str | None = None
    hard_bounce: bool = False


def status_after(status: str, kind: ReceiptKind) -> str:
    """The message status after a report; reports may repeat and come in any order.

    A mail that was read stays read, and a late bounce of one that was opened says nothing new. A suppressed message
    was never handed over and has nothing to report.
    """
    if status in ("suppressed", "read"):
        return status
    if kind == "read":
        return "read"
    if kind == "delivered":
        return status if status == "failed" else "delivered"
    return "failed"
