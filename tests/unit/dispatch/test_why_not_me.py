"""What a vendor is told about its own part of a decision."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from callout.features.dispatch.explain import EXCLUDED
from callout.features.dispatch.facts import Case, VendorFacts
from callout.features.dispatch.policy import DEFAULT_POLICY
from callout.features.dispatch.selection import decide
from callout.features.dispatch.why_not_me import EXCLUDED_YOU, part_of, telling_most


def parts(case: Case) -> dict[str, dict[str, Any]]:
    """Everybody's own part of one decision."""
    rows = decide(case, DEFAULT_POLICY).rows()
    return {row["vendor_id"]: part_of(rows, row, "normal", DEFAULT_POLICY) for row in rows}


def test_the_counterfactual_really_would_have_made_it_first(
    case: Callable[..., Case], vendor: Callable[..., VendorFacts]
) -> None:
    told = parts(case(vendor("near", km=1), vendor("far", km=9)))["far"]
    change = told["counterfactual"]
    assert (told["rank"], told["of"], told["winner_distance_km"]) == (2, 2, pytest.approx(1.0, abs=1e-4))
    weights = DEFAULT_POLICY.weights["normal"]
    raised = told["score"] + weights[change["feature"]] * (change["to"] - change["from"])
    winner = parts(case(vendor("near", km=1)))["near"]["score"]
    assert raised == pytest.approx(winner)
    assert f"{change['to']:.2f}" in told["text"]


def test_nothing_of_the_others_is_told(case: Callable[..., Case], vendor: Callable[..., VendorFacts]) -> None:
    told = parts(case(vendor("near", km=1, name="N. Near"), vendor("far", km=9)))["far"]
    assert "near" not in str(told).lower()
    assert "vendor_id" not in str(told)


def test_who_came_first_needs_no_change(case: Callable[..., Case], vendor: Callable[..., VendorFacts]) -> None:
    told = parts(case(vendor("near", km=1), vendor("far", km=9)))["near"]
    assert (told["rank"], told["counterfactual"], told["text"]) == (1, None, "You were asked, ranked 1 of 2.")


def test_whose_yes_came_second_learns_that_somebody_else_has_the_job(
    case: Callable[..., Case], vendor: Callable[..., VendorFacts]
) -> None:
    rows = decide(case(vendor("near", km=1, accepts=0.0, offers=9.0), vendor("far", km=9)), DEFAULT_POLICY).rows()
    asked = [row | {"chosen": True} for row in rows]
    first = next(row for row in asked if row["rank"] == 1)
    second = next(row for row in asked if row["rank"] == 2)
    told = part_of(asked, first, "normal", DEFAULT_POLICY, second["vendor_id"])
    assert told["text"] == "You were asked, ranked 1 of 2. Somebody else has the job."
    assert told["winner_distance_km"] == second["distance_km"]
    mine = part_of(asked, second, "normal", DEFAULT_POLICY, second["vendor_id"])
    assert "Somebody else" not in mine["text"]


def test_who_was_excluded_learns_why_but_not_what_a_customer_said(
    case: Callable[..., Case], vendor: Callable[..., VendorFacts]
) -> None:
    told = parts(case(vendor("full", open_jobs=3), vendor("unwanted", blocked_for_customer=True), vendor("ok")))
    assert told["full"]["reason_codes"] == ["at_capacity"]
    assert told["full"]["text"] == "You were not asked for this job: you had as many open jobs as you take."
    assert told["unwanted"]["reason_codes"] == ["excluded_by_operator"]
    assert "customer" not in told["unwanted"]["text"]


def test_every_reason_has_words_for_a_vendor() -> None:
    assert EXCLUDED.keys() - {"blocked_pair"} == EXCLUDED_YOU.keys()


def test_the_wave_in_which_it_was_asked_says_more_than_later_ones() -> None:
    def decision(name: str, *, chosen: bool, included: bool) -> Any:
        row = {"vendor_id": "v", "chosen": chosen, "included": included}
        return SimpleNamespace(name=name, candidates=[row, {"vendor_id": "other"}])

    asked = decision("asked", chosen=True, included=True)
    ranked = decision("ranked", chosen=False, included=True)
    excluded = decision("excluded", chosen=False, included=False)

    def told(*decisions: Any) -> str | None:
        found = telling_most(list(decisions), "v")
        return found[0].name if found else None  # type: ignore[attr-defined]

    assert told(asked, ranked, excluded) == "asked"
    assert told(ranked, excluded) == "ranked"
    assert told(excluded) == "excluded"
    assert telling_most([asked], "nobody") is None
