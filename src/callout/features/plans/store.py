"""The only SQL of plans."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.accounts.tables import Invitation, User
from callout.features.accounts.user_store import TEAM
from callout.features.plans.catalogue import PLANS
from callout.features.plans.tables import Plan, Subscription, UsageCounter
from callout.kit.db.work import Work
from callout.kit.ids import uuid7


class Terms(NamedTuple):
    """A tenant's subscription with its plan."""

    subscription: Subscription
    plan: Plan


async def find_plan(work: Work, code: str) -> Plan:
    """A plan by code; the shipped ones appear by themselves at the first look."""
    query = select(Plan).where(Plan.code == code)
    plan = (await work.session.execute(query)).scalar_one_or_none()
    if plan is None:
        rows = [{"id": uuid7(), "created_at": work.now, "updated_at": work.now, **plan} for plan in PLANS]
        await work.session.execute(insert(Plan).values(rows).on_conflict_do_nothing())
        plan = (await work.session.execute(query)).scalar_one()
    return plan


async def terms_of(work: Work) -> Terms:
    """The terms of the tenant."""
    query = (
        select(Subscription, Plan)
        .join(Plan, Plan.code == Subscription.plan_code)
        .where(Subscription.tenant_id == work.tenant_id)
    )
    subscription, plan = (await work.session.execute(query)).one()
    return Terms(subscription, plan)


async def used(work: Work, metric: str, period: date) -> int:
    """What the counter of a period shows."""
    query = select(UsageCounter.used).where(
        UsageCounter.tenant_id == work.tenant_id, UsageCounter.metric == metric, UsageCounter.period_start == period
    )
    return (await work.session.execute(query)).scalar_one_or_none() or 0


async def add_usage(work: Work, metric: str, period: date, amount: int, limit: int | None) -> int:
    """Moves a counter and returns what it shows now; the row stays locked until the transaction ends."""
    statement = insert(UsageCounter).values(
        id=uuid7(),
        tenant_id=work.tenant_id,
        metric=metric,
        period_start=period,
        used=amount,
        limit=limit,
        created_at=work.now,
        updated_at=work.now,
        created_by_role=work.principal.role,
        updated_by_role=work.principal.role,
    )
    moved = statement.on_conflict_do_update(
        index_elements=["tenant_id", "metric", "period_start"],
        set_={
            "used": UsageCounter.used + amount,
            "limit": limit,
            "updated_at": work.now,
            "version": UsageCounter.version + 1,
        },
    ).returning(UsageCounter.used)
    return (await work.session.execute(moved)).scalar_one()


async def team_seats(work: Work) -> int:
    """Team members and invitations that may become some."""
    members = (
        select(func.count())
        .select_from(User)
        .where(User.tenant_id == work.tenant_id, User.role.in_(TEAM), User.deleted_at.is_(None))
    )
    invited = (
        select(func.count())
        .select_from(Invitation)
        .where(Invitation.tenant_id == work.tenant_id, Invitation.status == "pending", Invitation.expires_at > work.now)
    )
    return (await work.session.execute(members)).scalar_one() + (await work.session.execute(invited)).scalar_one()
