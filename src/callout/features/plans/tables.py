"""Rows of plans: the plans of the installation, a tenant's subscription, what it used."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callout.kit.db.base import Row, TenantRow
from callout.kit.db.types import Str


class Plan(Row):
    """What a tenant can subscribe to; the same for the whole installation."""

    __tablename__ = "plans"

    code: Mapped[str] = mapped_column(Str(30), unique=True)
    name: Mapped[str] = mapped_column(Str(60))
    price: Mapped[Decimal]
    currency: Mapped[str] = mapped_column(Str(3))
    interval: Mapped[str] = mapped_column(Str(5))
    trial_days: Mapped[int] = mapped_column(default=0)
    limits: Mapped[dict[str, Any]]
    features: Mapped[list[Any]] = mapped_column(default=list)
    is_public: Mapped[bool] = mapped_column(default=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class Subscription(TenantRow):
    """The plan a tenant is on; exactly one per tenant."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    plan_code: Mapped[str] = mapped_column(Str(30))
    status: Mapped[str] = mapped_column(Str(10))
    period_start: Mapped[datetime]
    period_end: Mapped[datetime | None]
    trial_ends_at: Mapped[datetime | None]
    cancel_at_period_end: Mapped[bool] = mapped_column(default=False)
    processor: Mapped[str] = mapped_column(Str(20), default="none")
    processor_ref: Mapped[str | None] = mapped_column(Str(80))
    past_due_since: Mapped[datetime | None]


class UsageCounter(TenantRow):
    """How much of one metric a tenant used in one period."""

    __tablename__ = "usage_counters"
    __table_args__ = (UniqueConstraint("tenant_id", "metric", "period_start"),)

    metric: Mapped[str] = mapped_column(Str(20))
    period_start: Mapped[date]
    used: Mapped[int] = mapped_column(BigInteger, default=0)
    limit: Mapped[int | None] = mapped_column(BigInteger)
    cost: Mapped[Decimal | None]
