"""Why this vendor: the words, the margin over the runner-up, and what would have made another one first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from callout.features.dispatch.policy import FEATURES

Row = Mapping[str, Any]
REASONS_SHOWN: Final = 3
EXCLUDED: Final[dict[str, str]] = {
    "inactive": "the account is disabled",
    "not_verified": "not verified yet",
    "blocked": "blocked",
    "suspended": "suspended",
    "wrong_service": "does not offer this service",
    "missing_skill": "lacks a required skill",
    "out_of_area": "too far away",
    "closed_now": "closed now",
    "time_off": "on time off",
    "no_slot_in_window": "not working at the wished time",
    "at_capacity": "has as many open jobs as allowed",
    "offer_limit": "has enough open offers",
    "daily_cap": "reached today's number of jobs",
    "doc_expired": "a required document is missing or expired",
    "blocked_pair": "not to be sent to this customer",
    "excluded_by_operator": "excluded by an operator",
    "already_declined": "already declined this job",
    "already_silent": "did not answer this job's offer",
    "cooling_down": "declined nearby or stayed silent a moment ago",
    "offline": "offline",
    "below_min_rating": "rated below the minimum",
    "slow_response": "answers too slowly",
    "below_min_price": "the job is below their minimum price",
    "below_min_score": "matches too poorly",
}


class Counterfactual(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """The smallest change of one feature that would have made a vendor first; no feature: no single change would."""

    vendor_id: str
    feature: str | None
    from_: float | None
    to: float | None
    would_rank: int | None


class Explanation(msgspec.Struct, frozen=True):
    """Answer to "why this vendor?" about one candidate of a decision; `names` are those of all candidates, by id."""

    text: str
    contributions: dict[str, float] | None
    legacy_factors: dict[str, float] | None
    margin: float | None
    counterfactuals: list[Counterfactual]
    names: dict[str, str]


def explain(
    candidates: Sequence[Row],
    weights: Mapping[str, float],
    rank_exponent: float,
    names: Mapping[str, str],
    vendor_id: str | None = None,
    *,
    together: int = 0,
    is_by_hand: bool = False,
) -> Explanation:
    """Explains a decision, or one candidate's place in it.

    Args:
        candidates: rows of the decision record.
        weights: weights of its policy and class.
        rank_exponent: of its policy.
        names: vendor id to the name to be shown.
        vendor_id: whom to explain; None for the first who is asked.
        together: how many orders were matched with vendors at once; 0 when this one was decided by itself.
        is_by_hand: whether an admin named the vendors.
    """
    order = ranking(candidates)
    if vendor_id is None and not order:
        return Explanation(nobody(objections(candidates)), None, None, None, [], dict(names))
    row = _first_asked(order) if vendor_id is None else next(r for r in candidates if r["vendor_id"] == vendor_id)
    return Explanation(
        by_hand(row, order, names) if is_by_hand and row["chosen"] else _told(row, candidates, order, names, together),
        row["contributions"],
        row["legacy_factors"],
        margin(order),
        [counterfactual(other, order, weights, rank_exponent) for other in order if not other["chosen"]],
        dict(names),
    )


def summary(candidates: Sequence[Row], names: Mapping[str, str], *, together: int = 0, is_by_hand: bool = False) -> str:
    """A decision about somebody in one sentence: why the first who is asked."""
    order = ranking(candidates)
    first = _first_asked(order)
    return by_hand(first, order, names) if is_by_hand else _told(first, candidates, order, names, together)


def objections(candidates: Sequence[Row]) -> Counter[str]:
    """How many were excluded, by reason code."""
    return Counter(code for row in candidates if not row["included"] for code in row["reason_codes"])


def nobody(counts: Mapping[str, int]) -> str:
    """That nobody could be asked, and the most frequent reasons.

    Args:
        counts: reason code to how many were excluded for it.
    """
    most = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))[:REASONS_SHOWN]
    reasons = ", ".join(f"{EXCLUDED.get(code, code)} ({count})" for code, count in most)
    return f"Nobody could be asked: {reasons}." if reasons else "Nobody could be asked."


def by_hand(row: Row, order: Sequence[Row], names: Mapping[str, str]) -> str:
    """That an admin named a vendor, and what would have spoken against it."""
    name, others = names.get(row["vendor_id"], "this vendor"), sum(other["chosen"] for other in order) - 1
    more = f" and {others} more" if others else ""
    against = ", ".join(EXCLUDED.get(code, code) for code in row["reason_codes"])
    return f"Offered to {name}{more}, named by hand{f'; against it speaks: {against}' if against else ''}."


def _first_asked(order: Sequence[Row]) -> Row:
    return next((row for row in order if row["chosen"]), order[0])


def _told(row: Row, candidates: Sequence[Row], order: Sequence[Row], names: Mapping[str, str], together: int) -> str:
    if together and row["included"]:
        return matched_sentence(row, order, names, together)
    return sentence(candidates, row, names)


def ranking(candidates: Sequence[Row]) -> list[Row]:
    """The included candidates, best first."""
    return sorted((row for row in candidates if row["included"]), key=lambda row: row["rank"])


def margin(order: Sequence[Row]) -> float | None:
    """By how much the first rank key exceeds the second; None without a runner-up."""
    return order[0]["rank_key"] - order[1]["rank_key"] if len(order) > 1 else None


def counterfactual(row: Row, order: Sequence[Row], weights: Mapping[str, float], exponent: float) -> Counterfactual:
    """The smallest rise of a single feature that lifts this candidate's rank key to the first one's."""
    gap = order[0]["rank_key"] / row["accept_probability"] ** exponent - row["score"]
    options = []
    for feature in FEATURES:
        before = row["features"][feature]
        if weights[feature] > 0 and before + gap / weights[feature] <= 1:
            options.append((gap / weights[feature], feature))
    if not options:
        return Counterfactual(row["vendor_id"], None, None, None, None)
    rise, feature = min(options)
    before = row["features"][feature]
    return Counterfactual(row["vendor_id"], feature, before, before + max(rise, 0.0), 1)


def sentence(candidates: Sequence[Row], row: Row, names: Mapping[str, str]) -> str:
    """One candidate's place in plain words."""
    name = names.get(row["vendor_id"], "this vendor")
    if not row["included"]:
        reasons = ", ".join(EXCLUDED.get(code, code) for code in row["reason_codes"])
        return f"{name} was not asked: {reasons}."
    order = ranking(candidates)
    if row["rank"] > 1:
        asked = "also asked" if row["chosen"] else "next in line"
        return f"{name} is {asked}, ranked {row['rank']} of {len(order)}."
    if len(order) == 1:
        return f"Offered first to {name}: nobody else could be asked ({_strengths(row, None)})."
    return f"Offered first to {name}: best balance of {_strengths(row, order[1])}."


def matched_sentence(row: Row, order: Sequence[Row], names: Mapping[str, str], together: int) -> str:
    """A ranked candidate's place when several orders were matched with vendors at once, in plain words."""
    name = names.get(row["vendor_id"], "this vendor")
    place = f"ranked {row['rank']} of {len(order)} for this order alone"
    others = "itself" if together == 1 else f"all {together} orders that were waiting"
    if row["chosen"]:
        return f"Offered to {name}, {place}: the best match for {others} among vendors wanted by several orders."
    return f"{name} was left to other orders, {place}: several orders wanted the same vendors."


def _strengths(row: Row, runner_up: Row | None) -> str:
    """The features that speak most for a candidate, against the runner-up where there is one."""
    rival = runner_up["contributions"] if runner_up else dict.fromkeys(FEATURES, 0.0)
    best = sorted(FEATURES, key=lambda feature: rival[feature] - row["contributions"][feature])[:REASONS_SHOWN]
    words = [_phrase(feature, row) for feature in FEATURES if feature in best]
    return ", ".join(words[:-1]) + " and " + words[-1]


def _phrase(feature: str, row: Row) -> str:
    phrases = {
        "quality": f"track record ({row['features']['quality']:.2f})",
        "proximity": f"distance ({row['distance_km']:.1f} km)",
        "response": "answer rate",
        "fit": "fit for the job",
        "availability": "availability",
        "fairness": "fair share of work",
        "headroom": "free capacity",
    }
    return phrases[feature]
