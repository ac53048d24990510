"""The shape of a fact."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact about one noun. Subclasses name the wire `type` and add the fields readers need.

    Fields other than `noun_id` travel in `data` of the envelope (product specification §9.1).
    """

    type: ClassVar[str]
    noun_id: UUID

    def data(self) -> dict[str, Any]:
        """The event's own fields as JSON-able values."""
        fields: dict[str, Any] = msgspec.to_builtins(self)
        fields.pop("noun_id")
        return fields


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A stored event as it is delivered to subscribers: ordered by `sequence` within its tenant."""

    id: UUID
    type: str
    tenant_id: UUID
    occurred_at: datetime
    actor_role: str
    noun_id: UUID
    data: dict[str, Any]
    sequence: int
