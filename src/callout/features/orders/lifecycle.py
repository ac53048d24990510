"""The life of an order as an ordered list of rules: from, to, who, on which conditions. Pure.

Read `RULES` from top to bottom: the first rule with the wished event and the current status decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from callout.features.orders.errors import (
    AfterPhotoRequired,
    BeforePhotoRequired,
    CodeRequired,
    InvalidTransition,
    NotYourOrder,
    PriceRequired,
)
from callout.kit.errors import Forbidden, Problem, Unprocessable

STATUSES = ("new", "offering", "assigned", "on_way", "processing", "completed", "cancelled", "needs_attention")
TERMINAL = frozenset({"completed", "cancelled"})
HELD = frozenset({"assigned", "on_way", "processing"})
"""The states in which a vendor holds the order."""
OPEN = frozenset(STATUSES) - TERMINAL

ATTENTION_REASONS = frozenset(
    {
        "no_location",
        "no_candidates",
        "fill_deadline",
        "customer_changed_mind",
        "vendor_blocked",
        "vendor_released",
        "no_show",
        "bad_service_type",
        "scam_suspected",
    }
)

ADMINS = frozenset({"owner", "manager"})
MIN_REASON = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which proofs the tenant demands (settings group `orders`)."""

    before_photo: bool = True
    after_photo: bool = True
    price_before_work: bool = True
    start_code: bool = False
    finish_code: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at: the order as it is, with the fields of the same request already applied."""

    status: str
    kind: str = "service"
    prior_status: str | None = None
    vendor_id: UUID | None = None
    before_photos: int = 0
    after_photos: int = 0
    dealing_price: Decimal | None = None
    final_price: Decimal | None = None
    start_code: str | None = None
    finish_code: str | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to happen to the order.

    Attributes:
        event: an event of `RULES`: dispatch, assign, accept, stall, keep, travel, start, complete, release,
            suspend, cancel.
        role: role of the actor.
        vendor_id: the vendor acting, or the one to assign.
        reason: in words; needed to cancel, release, suspend or override.
        attention: attention reason of stall and suspend.
        code: start or finish code as entered.
        override: an admin passes over missing proofs, with a reason.
    """

    event: str
    role: str
    vendor_id: UUID | None = None
    reason: str | None = None
    attention: str | None = None
    code: str | None = None
    override: bool = False


Guard = Callable[[Facts, Wish], Problem | None]


def by_holder(order: Facts, wish: Wish) -> Problem | None:
    """A vendor may only move the order it holds; admins act on its behalf."""
    return NotYourOrder() if wish.role == "vendor" and wish.vendor_id != order.vendor_id else None


def vendor_named(_: Facts, wish: Wish) -> Problem | None:
    return None if wish.vendor_id else Unprocessable.at("vendor_id", "name the vendor")


def vendor_still_set(order: Facts, _: Wish) -> Problem | None:
    return None if order.vendor_id else InvalidTransition(order.status, order.prior_status or "assigned", ())


def reason_given(_: Facts, wish: Wish) -> Problem | None:
    if len((wish.reason or "").strip()) >= MIN_REASON:
        return None
    return Unprocessable.at("reason", f"say why, in at least {MIN_REASON} characters")


def known_attention(_: Facts, wish: Wish) -> Problem | None:
    return None if wish.attention in ATTENTION_REASONS else Unprocessable.at("attention_reason", "unknown reason")


def customer_changed_mind(order: Facts, wish: Wish) -> Problem | None:
    """An order nobody travels to yet is only stopped for the customer's sake; else it is released (row 11)."""
    if wish.attention == "customer_changed_mind":
        return None
    return InvalidTransition(order.status, "needs_attention", reachable(order, wish.role))


def before_photo(order: Facts, _: Wish) -> Problem | None:
    return BeforePhotoRequired() if order.evidence.before_photo and not order.before_photos else None


def after_photo(order: Facts, _: Wish) -> Problem | None:
    return AfterPhotoRequired() if order.evidence.after_photo and not order.after_photos else None


def price_agreed(order: Facts, _: Wish) -> Problem | None:
    return PriceRequired() if order.evidence.price_before_work and order.dealing_price is None else None


def price_known(order: Facts, _: Wish) -> Problem | None:
    missing = order.dealing_price is None and order.final_price is None
    return PriceRequired() if missing and order.kind != "quotation" else None


def start_code(order: Facts, wish: Wish) -> Problem | None:
    """Asked for only when the customer was given a code, which happens at assignment."""
    wrong = order.start_code is not None and wish.code != order.start_code
    return CodeRequired(kind="start") if order.evidence.start_code and wrong else None


def finish_code(order: Facts, wish: Wish) -> Problem | None:
    wrong = order.finish_code is not None and wish.code != order.finish_code
    return CodeRequired(kind="finish") if order.evidence.finish_code and wrong else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One permitted step.

    Attributes:
        row: number of the step in the specification of the order lifecycle.
        event: what happens.
        source: states it may happen in.
        to: state after it; None means back to the state before the order needed attention.
        who: roles that may cause it.
        guards: conditions, all needed, the first failing one is reported.
        proofs: further conditions which an admin may override with a reason.
        verb: how admins call the step when it is offered to them; None for steps they do not cause.
        repeats: a second identical wish finds the state reached and changes nothing.
    """

    row: int
    event: str
    source: frozenset[str]
    to: str | None
    who: frozenset[str]
    guards: tuple[Guard, ...] = ()
    proofs: tuple[Guard, ...] = ()
    verb: str | None = None
    repeats: bool = False


def _in(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


_WHO = {"O": "owner", "M": "manager", "V": "vendor", "A": "agent", "S": "system"}


def _who(letters: str) -> frozenset[str]:
    return frozenset(_WHO[letter] for letter in letters)


RULES: tuple[Rule, ...] = (
    Rule(2, "dispatch", _in("new"), "offering", _who("OMAS"), verb="dispatch", repeats=True),
    Rule(6, "dispatch", _in("needs_attention"), "offering", _who("OMAS"), verb="redispatch", repeats=True),
    Rule(
        3,
        "assign",
        _in("new", "offering", "needs_attention"),
        "assigned",
        _who("OM"),
        (vendor_named,),
        verb="assign",
        repeats=True,
    ),
    Rule(4, "accept", _in("offering"), "assigned", _who("V"), (vendor_named,), repeats=True),
    Rule(5, "stall", _in("new", "offering"), "needs_attention", _who("S"), (known_attention,), repeats=True),
    Rule(7, "keep", _in("needs_attention"), None, _who("OM"), (vendor_still_set,), verb="keep"),
    Rule(8, "travel", _in("assigned"), "on_way", _who("VOM"), (by_holder,), verb="start_travel", repeats=True),
    Rule(
        9,
        "start",
        _in("on_way"),
        "processing",
        _who("VOM"),
        (by_holder,),
        (before_photo, price_agreed, start_code),
        verb="start_work",
        repeats=True,
    ),
    Rule(
        10,
        "complete",
        _in("processing"),
        "completed",
        _who("VOM"),
        (by_holder, price_known),
        (after_photo, finish_code),
        verb="complete",
        repeats=True,
    ),
    Rule(11, "release", _in("assigned"), "offering", _who("VOMS"), (by_holder, reason_given), verb="reassign"),
    Rule(12, "release", _in("on_way", "processing"), "needs_attention", _who("VOMS"), (by_holder, reason_given)),
    Rule(12, "suspend", _in("on_way", "processing"), "needs_attention", _who("OMS"), (reason_given, known_attention)),
    Rule(12, "suspend", _in("assigned"), "needs_attention", _who("OMS"), (reason_given, customer_changed_mind)),
    Rule(13, "cancel", OPEN, "cancelled", _who("OMS"), (reason_given,), verb="cancel", repeats=True),
    Rule(14, "complete", _in("needs_attention"), "completed", _who("OM"), (price_known,), verb="complete"),
)

STAMP = {
    "offering": "offering_at",
    "assigned": "assigned_at",
    "on_way": "on_way_at",
    "processing": "processing_at",
    "completed": "completed_at",
    "cancelled": "cancelled_at",
}
"""The field that keeps when a state was reached."""

EVENT_OF_TARGET = {"on_way": "travel", "processing": "start", "completed": "complete"}
"""The states a vendor or an admin advances an order to, and the event that means."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A permitted step; `changes` is False when the order is already there."""

    rule: Rule
    to: str
    changes: bool = True
    overridden: tuple[str, ...] = ()


def decide(order: Facts, wish: Wish) -> Decision:
    """Decides whether a wish may come true.

    Args:
        order: the order as it is.
        wish: what shall happen, and who wants it.

    Returns:
        The step to take, or a decision that changes nothing when its target is the current state.

    Raises:
        InvalidTransition: no such step from this state; names those that are possible.
        Forbidden: the role may not take this step.
        NotYourOrder: another vendor holds the order.
        Unprocessable: a proof, a price, a code or a reason is missing.
    """
    rules = [rule for rule in RULES if rule.event == wish.event]
    if not rules:
        raise ValueError(f"no such event: {wish.event}")
    rule = next((rule for rule in rules if order.status in rule.source), None)
    if rule is None:
        return _repeated(order, wish, rules)
    if wish.role not in rule.who:
        raise Forbidden(f"Your role may not {rule.event} an order.")
    to = rule.to or order.prior_status
    if to is None:
        raise InvalidTransition(order.status, "assigned", reachable(order, wish.role))
    for guard in rule.guards:
        if problem := guard(order, wish):
            raise problem
    return Decision(rule, to, overridden=_unproven(order, wish, rule))


def reachable(order: Facts, role: str) -> list[str]:
    """The states this role could bring the order to next."""
    targets = [rule.to or order.prior_status for rule in _open_rules(order, role)]
    return [status for status in STATUSES if status in targets]


def verbs(order: Facts, role: str) -> list[str]:
    """What this role may do with the order now, as verbs of the admin API."""
    return list(dict.fromkeys(rule.verb for rule in _open_rules(order, role) if rule.verb))


def _open_rules(order: Facts, role: str) -> list[Rule]:
    return [
        rule
        for rule in RULES
        if order.status in rule.source
        and role in rule.who
        and (rule.to or (order.prior_status in HELD and order.vendor_id))
        and not (role == "vendor" and order.status in HELD and not order.vendor_id)
    ]


def _repeated(order: Facts, wish: Wish, rules: list[Rule]) -> Decision:
    about_a_vendor = wish.role == "vendor" or wish.event == "assign"
    is_same = not about_a_vendor or wish.vendor_id == order.vendor_id
    for rule in rules:
        if rule.repeats and rule.to == order.status and wish.role in rule.who and is_same:
            return Decision(rule, order.status, changes=False)
    wanted = rules[0].to or order.prior_status or "assigned"
    raise InvalidTransition(order.status, wanted, reachable(order, wish.role))


def _unproven(order: Facts, wish: Wish, rule: Rule) -> tuple[str, ...]:
    """The codes of missing proofs an admin passes over; raises the first one nobody passes over."""
    problems = [problem for proof in rule.proofs if (problem := proof(order, wish))]
    if problems and not (wish.override and wish.role in ADMINS and reason_given(order, wish) is None):
        raise problems[0]
    return tuple(problem.wire_code for problem in problems)


def obstacle(*, service_is_active: bool, has_location: bool, precision: str, allow_locality: bool) -> str | None:
    """Why an order cannot be dispatched at all, as an attention reason; None when it can.

    Args:
        service_is_active: the tenant still offers the service.
        has_location: the place of work is known.
        precision: rooftop, street, locality or none.
        allow_locality: setting `dispatch.allow_locality`.
    """
    if not service_is_active:
        return "bad_service_type"
    exact_enough = precision in ("rooftop", "street") or (allow_locality and precision == "locality")
    return None if has_location and exact_enough else "no_location"
