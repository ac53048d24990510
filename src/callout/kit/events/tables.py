"""The event log: what happened, in the order it became visible."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base
from callout.kit.db.types import Str


class EventHead(Base):
    """The last sequence number of a tenant; its row lock puts the tenant's commits in order."""

    __tablename__ = "event_heads"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger)


class StoredEvent(Base):
    """One published event."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "tenant_id", "noun_id"), Index(None, "occurred_at"))

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str] = mapped_column(Str(60))
    occurred_at: Mapped[datetime]
    actor_role: Mapped[str] = mapped_column(Str(12))
    noun_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]
