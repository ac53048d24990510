"""The order's lifecycle, rule by rule."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from callout.features.orders.errors import (
    AfterPhotoRequired,
    BeforePhotoRequired,
    CodeRequired,
    InvalidTransition,
    NotYourOrder,
    PriceRequired,
)
from callout.features.orders.lifecycle import (
    RULES,
    STATUSES,
    TERMINAL,
    Evidence,
    Facts,
    Wish,
    decide,
    obstacle,
    reachable,
    verbs,
)
from callout.kit.errors import Forbidden, Problem, Unprocessable

VENDOR = uuid4()
STRANGER = uuid4()


def held(status: str, **changes: object) -> Facts:
    """An order this vendor holds."""
    return replace(Facts(status=status, vendor_id=VENDOR), **changes)  # type: ignore[arg-type]


def vendor(event: str, **changes: object) -> Wish:
    """A wish of the vendor."""
    return replace(Wish(event=event, role="vendor", vendor_id=VENDOR), **changes)  # type: ignore[arg-type]


def owner(event: str, **changes: object) -> Wish:
    """A wish of an owner."""
    return replace(Wish(event=event, role="owner"), **changes)  # type: ignore[arg-type]


def test_skipping_a_state_is_refused_and_names_what_is_possible() -> None:
    with pytest.raises(InvalidTransition) as refused:
        decide(held("assigned"), vendor("start"))
    assert refused.value.members == {
        "from": "assigned",
        "to": "processing",
        "allowed": ["offering", "on_way"],
    }


def test_nothing_follows_completion() -> None:
    with pytest.raises(InvalidTransition) as refused:
        decide(held("completed"), vendor("travel"))
    assert refused.value.members["allowed"] == []


def test_work_needs_a_photo_then_a_price_and_zero_is_a_price() -> None:
    order = held("on_way")
    with pytest.raises(BeforePhotoRequired):
        decide(order, vendor("start"))
    with pytest.raises(PriceRequired):
        decide(replace(order, before_photos=1), vendor("start"))
    ready = replace(order, before_photos=1, dealing_price=Decimal(0))
    assert decide(ready, vendor("start")).to == "processing"


def test_completion_needs_an_after_photo_and_a_price_except_for_quotations() -> None:
    order = held("processing", dealing_price=Decimal(10))
    with pytest.raises(AfterPhotoRequired):
        decide(order, vendor("complete"))
    with pytest.raises(PriceRequired):
        decide(held("processing", after_photos=1), vendor("complete"))
    assert decide(held("processing", after_photos=1, kind="quotation"), vendor("complete")).to == "completed"
    assert decide(held("processing", after_photos=1, final_price=Decimal(5)), vendor("complete")).to == "completed"


def test_codes_are_asked_for_only_when_the_customer_was_given_one() -> None:
    evidence = Evidence(before_photo=False, price_before_work=False, start_code=True)
    order = held("on_way", evidence=evidence, start_code="4711")
    with pytest.raises(CodeRequired):
        decide(order, vendor("start"))
    with pytest.raises(CodeRequired):
        decide(order, vendor("start", code="0000"))
    assert decide(order, vendor("start", code="4711")).to == "processing"
    assert decide(replace(order, start_code=None), vendor("start")).to == "processing"


def test_an_admin_may_pass_over_proofs_with_a_reason_but_not_over_a_missing_final_price() -> None:
    order = held("on_way")
    with pytest.raises(BeforePhotoRequired):
        decide(order, owner("start", override=True))
    passed = decide(order, owner("start", override=True, reason="camera broken"))
    assert passed.overridden == ("before_photo_required", "price_required")
    with pytest.raises(BeforePhotoRequired):
        decide(order, vendor("start", override=True, reason="camera broken"))
    with pytest.raises(PriceRequired):
        decide(held("processing"), owner("complete", override=True, reason="camera broken"))


def test_only_the_holder_moves_the_order_and_admins_act_for_it() -> None:
    with pytest.raises(NotYourOrder):
        decide(held("assigned"), vendor("travel", vendor_id=STRANGER))
    assert decide(held("assigned"), owner("travel")).to == "on_way"
    with pytest.raises(Forbidden):
        decide(held("assigned"), Wish(event="travel", role="agent"))


@pytest.mark.parametrize(
    ("event", "status"), [("travel", "on_way"), ("start", "processing"), ("complete", "completed")]
)
def test_repeating_the_current_state_changes_nothing(event: str, status: str) -> None:
    assert not decide(held(status), vendor(event)).changes
    with pytest.raises(InvalidTransition):
        decide(held(status), vendor(event, vendor_id=STRANGER))


def test_the_winner_may_repeat_and_the_loser_is_refused() -> None:
    assert not decide(held("assigned"), vendor("accept")).changes
    with pytest.raises(InvalidTransition):
        decide(held("assigned"), vendor("accept", vendor_id=STRANGER))


def test_releasing_before_travel_offers_again_and_later_needs_attention() -> None:
    reason = "van broke down"
    assert decide(held("assigned"), vendor("release", reason=reason)).to == "offering"
    assert decide(held("on_way"), vendor("release", reason=reason)).to == "needs_attention"
    with pytest.raises(Unprocessable):
        decide(held("assigned"), vendor("release", reason="no"))


def test_keeping_goes_back_to_where_the_order_was_if_somebody_holds_it() -> None:
    order = held("needs_attention", prior_status="processing")
    assert decide(order, owner("keep")).to == "processing"
    with pytest.raises(Problem):
        decide(replace(order, vendor_id=None), owner("keep"))
    assert "keep" not in verbs(replace(order, vendor_id=None), "owner")


def test_an_assigned_order_is_suspended_only_for_the_customers_sake() -> None:
    def suspend(attention: str) -> Wish:
        return Wish(event="suspend", role="system", reason="said at the end", attention=attention)

    assert decide(held("assigned"), suspend("customer_changed_mind")).to == "needs_attention"
    with pytest.raises(InvalidTransition):
        decide(held("assigned"), suspend("no_show"))
    assert decide(held("on_way"), suspend("no_show")).to == "needs_attention"


def test_admins_are_offered_the_verbs_of_the_state() -> None:
    assert verbs(Facts(status="new"), "owner") == ["dispatch", "assign", "cancel"]
    assert verbs(held("assigned"), "manager") == ["start_travel", "reassign", "cancel"]
    assert verbs(held("needs_attention", prior_status="on_way"), "owner") == [
        "redispatch",
        "assign",
        "keep",
        "cancel",
        "complete",
    ]
    assert verbs(held("completed"), "owner") == []
    assert verbs(Facts(status="new"), "viewer") == []


def test_no_rule_leaves_a_final_state_and_every_state_can_be_reached() -> None:
    assert not any(rule.source & TERMINAL for rule in RULES)
    reached = {rule.to for rule in RULES if rule.to}
    assert reached == set(STATUSES) - {"new"}


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in TERMINAL])
def test_every_open_order_can_be_cancelled_by_an_admin(status: str) -> None:
    assert "cancelled" in reachable(Facts(status=status), "owner")
    assert decide(Facts(status=status), owner("cancel", reason="customer called")).to == "cancelled"


@pytest.mark.parametrize(
    ("active", "located", "precision", "locality_is_enough", "hindrance"),
    [
        (True, True, "rooftop", False, None),
        (True, True, "street", False, None),
        (True, True, "locality", False, "no_location"),
        (True, True, "locality", True, None),
        (True, False, "none", True, "no_location"),
        (False, True, "rooftop", False, "bad_service_type"),
    ],
)
def test_what_keeps_an_order_from_being_dispatched(
    active: bool, located: bool, precision: str, locality_is_enough: bool, hindrance: str | None
) -> None:
    found = obstacle(
        service_is_active=active, has_location=located, precision=precision, allow_locality=locality_is_enough
    )
    assert found == hindrance
