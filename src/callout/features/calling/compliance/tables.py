"""Rows of compliance: every answer to the question whether to dial, and public do-not-call registries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Base, TenantRow
from callout.kit.db.types import Str


class DialDecision(TenantRow):
    """One answer of `may_dial`; only ever appended.

    Attributes:
        moment: start (a campaign sorts its contacts), create (a call is put in line) or dial (right before).
        profile: code of the rules applied, and the day they were reviewed.
        facts: what was looked at: zones, basis, hours in force, attempts.
        checks: every rule's answer; only those that failed or warned for `start`.
    """

    __tablename__ = "dial_decisions"
    __table_args__ = (
        Index(None, "tenant_id", "at"),
        Index(None, "tenant_id", "phone", "at"),
        Index(None, "campaign_id", "contact_id"),
        Index("ix_dial_decisions_call_id", "call_id", postgresql_where=text("call_id IS NOT NULL")),
    )

    at: Mapped[datetime]
    moment: Mapped[str] = mapped_column(Str(8))
    phone: Mapped[str] = mapped_column(Str(20))
    contact_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    agent_id: Mapped[UUID | None]
    call_id: Mapped[UUID | None]
    is_allowed: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Str(24))
    detail: Mapped[str | None] = mapped_column(Str(300))
    retry_at: Mapped[datetime | None]
    profile: Mapped[str] = mapped_column(Str(12))
    profile_reviewed: Mapped[date]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    checks: Mapped[list[Any]] = mapped_column(default=list)


class Registry(TenantRow):
    """A public do-not-call registry as a file the tenant obtained; its numbers are `RegistryNumber`."""

    __tablename__ = "do_not_call_registries"
    __table_args__ = (Index("uq_do_not_call_registries", "tenant_id", "name", unique=True),)

    name: Mapped[str] = mapped_column(Str(80))
    country: Mapped[str] = mapped_column(Str(2))
    published_on: Mapped[date]
    """The state the registry was in: what its safe harbour is counted from."""
    filename: Mapped[str] = mapped_column(Str(200))
    entries: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    """Lines that are no number of the country."""


class RegistryNumber(Base):
    """A number of a registry: the digits of its E.164 form."""

    __tablename__ = "do_not_call_numbers"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    registry_id: Mapped[UUID] = mapped_column(primary_key=True)
