"""A vendor's own part of a decision: its place, its parts, and what would have made it first; nobody else's."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from callout.features.dispatch.explain import counterfactual, ranking
from callout.features.dispatch.policies import policy_version
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.tables import DispatchDecision
from callout.features.orders.errors import OrderNotFound
from callout.kit.db.work import Work

Row = Mapping[str, Any]
BETWEEN_OTHERS: Final = {"blocked_pair": "excluded_by_operator"}
"""What a customer said about a vendor is told as an operator's choice."""
WORDS: Final = {
    "quality": "track record",
    "proximity": "closeness to the job",
    "response": "quickness of answers",
    "fit": "fit for the job",
    "availability": "availability",
    "fairness": "share of recent work",
    "headroom": "free capacity",
}

EXCLUDED_YOU: Final[dict[str, str]] = {
    "inactive": "your account is disabled",
    "not_verified": "you are not verified yet",
    "blocked": "your account is blocked",
    "suspended": "your account is suspended",
    "wrong_service": "you do not offer this service",
    "missing_skill": "a required skill is not in your profile",
    "out_of_area": "the job lies outside your area or the search",
    "closed_now": "you were closed",
    "time_off": "you were on time off",
    "no_slot_in_window": "you do not work at the wished time",
    "at_capacity": "you had as many open jobs as you take",
    "offer_limit": "you had enough open offers",
    "daily_cap": "you had reached your number of jobs for the day",
    "doc_expired": "a required document is missing or expired",
    "excluded_by_operator": "the office chose otherwise",
    "already_declined": "you had declined this job",
    "already_silent": "you had not answered the offer of this job",
    "cooling_down": "you had just declined nearby or left an offer unanswered",
    "offline": "you were offline",
    "below_min_rating": "your rating was below the minimum",
    "slow_response": "your answers take longer than allowed",
    "below_min_price": "the job is below your minimum price",
    "below_min_score": "the match was too poor",
}


async def own_part(
    work: Work, decisions: Sequence[DispatchDecision], vendor_id: UUID, holder_id: UUID | None = None
) -> dict[str, Any]:
    """Why this vendor was, or was not, asked first: from the newest decision that says most about it.

    That is the newest in which it was asked, else in which it was ranked, else in which it was looked at. No names, no
    figures of another vendor but the distance of the one who has the job, or came first.

    Args:
        work: the transaction.
        decisions: of the order, oldest first.
        vendor_id: who asks.
        holder_id: who has, or did, the job.

    Raises:
        OrderNotFound: the vendor was never looked at.
    """
    found = telling_most(decisions, str(vendor_id))
    if found is None:
        raise OrderNotFound
    decision, row = found
    policy = await policy_version(work, decision.policy_version)
    return part_of(decision.candidates, row, decision.policy_class, policy, str(holder_id) if holder_id else None)


def telling_most(decisions: Sequence[DispatchDecision], vendor_id: str) -> tuple[DispatchDecision, Row] | None:
    """The decision to explain, and the vendor's row in it; decisions come oldest first."""
    rows = [
        (decision, row)
        for decision in reversed(decisions)
        for row in decision.candidates
        if row["vendor_id"] == vendor_id
    ]
    return min(rows, key=lambda found: (not found[1]["chosen"], not found[1]["included"]), default=None)


def part_of(
    candidates: Sequence[Row], row: Row, policy_class: str, policy: Policy, holder: str | None = None
) -> dict[str, Any]:
    """What a vendor is told about its own row of a decision.

    Args:
        candidates: all rows of the decision.
        row: the vendor's own.
        policy_class: which weights were used.
        policy: the version the decision was made under.
        holder: who has, or did, the job.
    """
    order = ranking(candidates)
    first = next((other for other in order if other["chosen"]), order[0] if order else None)
    winner = next((other for other in order if other["vendor_id"] == holder), first)
    codes = list(dict.fromkeys(BETWEEN_OTHERS.get(code, code) for code in row["reason_codes"]))
    change = None
    if row["included"] and row["rank"] > 1:
        told = counterfactual(row, order, policy.weights[policy_class], policy.knobs.rank_exponent)
        change = msgspec.to_builtins(told) if told.feature is not None else None
        if change is not None:
            del change["vendor_id"]
    return {
        "rank": row["rank"],
        "of": len(order),
        "chosen": row["chosen"],
        "score": row["score"],
        "contributions": row["contributions"],
        "legacy_factors": row["legacy_factors"],
        "reason_codes": codes,
        "counterfactual": change,
        "distance_km": row["distance_km"],
        "winner_distance_km": winner["distance_km"] if winner is not None else None,
        "text": _sentence(row, len(order), codes, change, is_lost=holder not in (None, row["vendor_id"])),
    }


def _sentence(row: Row, total: int, codes: Sequence[str], change: Mapping[str, Any] | None, *, is_lost: bool) -> str:
    if not row["included"]:
        words = [EXCLUDED_YOU.get(code, code) for code in codes]
        return f"You were not asked for this job: {', '.join(words)}."
    asked = "were asked" if row["chosen"] else "were next in line"
    place = f"You {asked}, ranked {row['rank']} of {total}."
    if row["chosen"] and is_lost:
        return f"{place} Somebody else has the job."
    if row["rank"] == 1:
        return place
    if change is None:
        return f"{place} No single change would have put you first."
    wanted = f"{WORDS[change['feature']]} of {change['to']:.2f} instead of {change['from']:.2f}"
    return f"{place} With a {wanted} you would have been first."
