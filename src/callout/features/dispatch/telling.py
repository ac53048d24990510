"""Explains and replays stored decision records."""

from typing import Any
from uuid import UUID

import msgspec

from callout.features.dispatch import record_store
from callout.features.dispatch.batch import joined
from callout.features.dispatch.explain import Explanation, explain
from callout.features.dispatch.facts import Case
from callout.features.dispatch.policies import policy_version
from callout.features.dispatch.recorded_case import names_of
from callout.features.dispatch.replay import Difference, replay
from callout.features.dispatch.send_wave import together
from callout.features.dispatch.tables import DispatchDecision
from callout.kit.db.work import Work
from callout.kit.errors import NotFound


async def explain_decision(work: Work, decision: DispatchDecision, vendor_id: UUID | None = None) -> Explanation:
    """Why this vendor (the first unless named), by how much, and what would have made another one first.

    Raises:
        NotFound: the vendor was not a candidate.
    """
    if vendor_id is not None and _row(decision, vendor_id) is None:
        raise NotFound("This vendor was not a candidate of this decision.")
    policy = await policy_version(work, decision.policy_version)
    case = msgspec.convert(decision.facts, Case)
    return explain(
        decision.candidates,
        policy.weights[decision.policy_class],
        policy.knobs.rank_exponent,
        names_of(case),
        str(vendor_id) if vendor_id else None,
        together=together(case),
        is_by_hand=decision.mode == "manual",
    )


async def replay_decision(work: Work, decision: DispatchDecision, number: int | None = None) -> list[Difference]:
    """Decides a recorded case again; without another version given nothing may differ.

    An order that was matched together with others is matched with them again, from the records of all of them.
    """
    policy = await policy_version(work, decision.policy_version if number is None else number)
    if decision.batch_id is None:
        return replay(decision.facts, decision.candidates, policy)
    batch = await record_store.decisions_of_batch(work, decision.batch_id)
    cases = joined([msgspec.convert(one.facts, Case) for one in batch], policy, str(decision.batch_id))
    case = next(case for case in cases if case.job.order_id == str(decision.order_id))
    return replay(msgspec.to_builtins(case), decision.candidates, policy)


def as_json(explanation: Explanation) -> dict[str, Any]:
    """An explanation as plain data."""
    plain: dict[str, Any] = msgspec.to_builtins(explanation)
    return plain


def _row(decision: DispatchDecision, vendor_id: UUID) -> dict[str, Any] | None:
    return next((row for row in decision.candidates if row["vendor_id"] == str(vendor_id)), None)
