"""The made-up town as a whole: so many vendors, newcomers and jobs, out of one seed."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import msgspec

from callout.features.dispatch.policy import DEFAULT_POLICY, Policy
from callout.features.dispatch.simulation.demand import Wish, wishes
from callout.features.dispatch.simulation.people import WILLING, Worker, joining_days, make_worker
from callout.features.dispatch.simulation.rehearsal import Rehearsal
from callout.features.dispatch.simulation.strategies import Strategy

FIRST_DAY: Final = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
"""A Monday at midnight, local time; no change of clocks follows for eight weeks."""


class Plan(msgspec.Struct, frozen=True):
    """The size of a rehearsal: days before counting begins (so that records exist), days counted, people, jobs a day.

    Newcomers join over the first half of the counted days; `willing` ones really want work.
    """

    seed: int = 7
    warm_up_days: int = 14
    days: int = 14
    vendors: int = 48
    newcomers: int = 9
    jobs_per_day: float = 70.0
    willing: bool = False

    @property
    def counted_from(self) -> datetime:
        """When counting begins."""
        return FIRST_DAY + timedelta(days=self.warm_up_days)

    @property
    def ends(self) -> datetime:
        """The midnight after the last day."""
        return self.counted_from + timedelta(days=self.days)


class Town(msgspec.Struct, frozen=True):
    """Who lives there and what is asked for."""

    plan: Plan
    workers: tuple[Worker, ...]
    wishes: tuple[Wish, ...]


@lru_cache(maxsize=4)
def found(plan: Plan) -> Town:
    """The town of a plan; the same plan is always the same town."""
    joined = joining_days(plan.counted_from, plan.newcomers, max(plan.days // 2, 1))
    workers = [make_worker(plan.seed, number) for number in range(plan.vendors)]
    nature = WILLING if plan.willing else None
    newcomers = [make_worker(plan.seed, number, joins, nature) for number, joins in enumerate(joined)]
    asked = wishes(plan.seed, FIRST_DAY, plan.warm_up_days + plan.days, plan.jobs_per_day)
    return Town(plan, (*workers, *newcomers), tuple(asked))


def rehearse(plan: Plan, strategy: Strategy, policy: Policy = DEFAULT_POLICY) -> Rehearsal:
    """Plays the days of a plan under a strategy and a policy."""
    town = found(plan)
    days = [FIRST_DAY + timedelta(days=day) for day in range(plan.warm_up_days + plan.days)]
    played = Rehearsal(plan.seed, strategy, policy)
    played.run(town.workers, town.wishes, days)
    return played
