"""Keeps a tenant within its plan, also when several requests ask at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from callout.features.accounts.ports import PlanStart
from callout.features.accounts.tenant_store import lock_tenant
from callout.features.plans import store
from callout.features.plans.errors import PlanLimitReached, SubscriptionInactive, TrialExpired
from callout.features.plans.events import UsageThreshold
from callout.features.plans.standing import LIMIT_OF, TENANT_STATUS, crossed, period_of, status_now
from callout.features.plans.tables import Subscription
from callout.kit.db.work import Work

Count = Callable[[Work], Awaitable[int]]


class PlanLimits:
    """The plan of a tenant: begins it, describes it, enforces it."""

    def __init__(self, *, default_plan: str, upgrade_url: str, counts: Mapping[str, Count] | None = None) -> None:
        """Takes the installation's default plan and how to count what exists.

        Args:
            default_plan: code of the plan new tenants get.
            upgrade_url: where a refused user can change the plan.
            counts: for metrics of things that exist (vendors, agents …) a count of them; all other metrics are what
                `use` has counted.
        """
        self._default_plan = default_plan
        self._upgrade_url = upgrade_url
        self._counts: dict[str, Count] = {"team_users": store.team_seats, **(counts or {})}

    async def start(self, work: Work) -> PlanStart:
        """Subscribes the new tenant of this unit of work to the default plan."""
        plan = await store.find_plan(work, self._default_plan)
        trial_ends_at = work.now + timedelta(days=plan.trial_days) if plan.trial_days else None
        status = "trialing" if trial_ends_at else "active"
        work.session.add(
            Subscription(plan_code=plan.code, status=status, period_start=work.now, trial_ends_at=trial_ends_at)
        )
        await work.session.flush()
        return PlanStart(plan.code, TENANT_STATUS[status], trial_ends_at)

    async def describe(self, work: Work) -> dict[str, Any]:
        """The plan as shown to the tenant's users."""
        subscription, plan = await store.terms_of(work)
        return {
            "code": plan.code,
            "name": plan.name,
            "status": status_now(subscription.status, subscription.trial_ends_at, work.now),
            "trial_ends_at": subscription.trial_ends_at,
            "limits": plan.limits,
            "features": plan.features,
        }

    async def tenant_status(self, work: Work) -> str:
        """The tenant status its subscription leads to."""
        subscription, _ = await store.terms_of(work)
        return TENANT_STATUS[status_now(subscription.status, subscription.trial_ends_at, work.now)]

    async def check(self, work: Work, metric: str) -> None:
        """Refuses one more of something; concurrent checks of a tenant queue up until the first has committed.

        Raises:
            PlanLimitReached: with `metric`, `used`, `limit` and `upgrade_url`.
            TrialExpired, SubscriptionInactive: nothing new may be made at all.
        """
        limit, is_trial = await self._limit(work, metric)
        if limit is None:
            return
        await lock_tenant(work)
        count = self._counts.get(metric)
        taken = (
            await count(work)
            if count
            else await store.used(work, metric, period_of(metric, work.now, is_trial=is_trial))
        )
        if taken >= limit:
            raise self._reached(metric, taken, limit)

    async def use(self, work: Work, metric: str, amount: int = 1) -> int:
        """Counts use in the transaction that makes the thing; returns the count of the period.

        Raises:
            PlanLimitReached: the whole amount does not fit.
            TrialExpired, SubscriptionInactive: nothing new may be made at all.
        """
        limit, is_trial = await self._limit(work, metric)
        period = period_of(metric, work.now, is_trial=is_trial)
        now_used = await store.add_usage(work, metric, period, amount, limit)
        if limit is not None and now_used > limit:
            raise self._reached(metric, now_used - amount, limit)
        percent = crossed(now_used - amount, now_used, limit)
        if percent is not None and limit is not None:
            await work.publish(
                UsageThreshold(noun_id=work.tenant_id, metric=metric, percent=percent, used=now_used, limit=limit)
            )
        return now_used

    async def limit(self, work: Work, metric: str) -> int | None:
        """How much of something the plan allows; None is unlimited.

        Raises:
            TrialExpired, SubscriptionInactive: nothing new may be made at all.
        """
        most, _ = await self._limit(work, metric)
        return most

    async def _limit(self, work: Work, metric: str) -> tuple[int | None, bool]:
        subscription, plan = await store.terms_of(work)
        match status_now(subscription.status, subscription.trial_ends_at, work.now):
            case "expired":
                raise TrialExpired(upgrade_url=self._upgrade_url)
            case "cancelled":
                raise SubscriptionInactive(upgrade_url=self._upgrade_url)
        return plan.limits.get(LIMIT_OF.get(metric, metric)), plan.code == "trial"

    def _reached(self, metric: str, used: int, limit: int) -> PlanLimitReached:
        return PlanLimitReached(
            f"Your plan allows {limit} {metric.replace('_', ' ')}; {used} are in use.",
            metric=metric,
            used=used,
            limit=limit,
            upgrade_url=self._upgrade_url,
        )
