"""Usage is counted with the thing it pays for, and never beyond the plan."""

import asyncio

import pytest

from callout.features.plans.errors import PlanLimitReached
from callout.features.plans.standing import EVER, crossed, period_of, status_now
from callout.features.plans.store import used
from callout.kit.events.log import read_after
from callout.kit.principal import Principal


@pytest.fixture
def default_plan():
    return "trial"


async def test_twenty_trial_calls_fit_however_many_ask_at_once(accounts, owner, database, clock):
    system = Principal.system(owner.tenant_id)

    async def call() -> bool:
        try:
            async with database.transaction(system) as work:
                await accounts.plans.use(work, "calls")
        except PlanLimitReached:
            return False
        return True

    made = await asyncio.gather(*(call() for _ in range(25)))
    assert sum(made) == 20
    async with database.transaction(system) as work:
        assert await used(work, "calls", period_of("calls", clock.now(), is_trial=True)) == 20
        events = await read_after(work.session, owner.tenant_id, 0)
    assert [event.data["percent"] for event in events if event.type == "usage.threshold"] == [80, 100]


async def test_use_that_does_not_happen_is_not_counted(accounts, owner, database):
    system = Principal.system(owner.tenant_id)

    async def fail_midway() -> None:
        async with database.transaction(system) as work:
            await accounts.plans.use(work, "leads", 50)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_midway()
    async with database.transaction(system) as work:
        assert await used(work, "leads", EVER) == 0


async def test_the_plan_is_shown_to_its_users(owner):
    plan = (await owner.get("/api/shared/auth/me")).json()["plan"]
    assert (plan["code"], plan["status"], plan["limits"]["calls_per_month"]) == ("trial", "trialing", 20)
    assert plan["trial_ends_at"].endswith("Z")


def test_a_trial_ends_by_itself(clock):
    assert status_now("trialing", clock.now(), clock.now()) == "expired"
    assert status_now("active", clock.now(), clock.now()) == "active"


@pytest.mark.parametrize(
    ("before", "after", "limit", "percent"),
    [(15, 16, 20, 80), (16, 17, 20, None), (19, 20, 20, 100), (0, 20, 20, 100), (0, 5, None, None), (0, 0, 0, None)],
)
def test_thresholds_are_told_once(before, after, limit, percent):
    assert crossed(before, after, limit) == percent
