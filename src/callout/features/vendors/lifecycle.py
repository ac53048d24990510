"""The life of a vendor's account: which action leads from which status to which. Pure."""

from typing import Any, Final

from callout.features.vendors.errors import InvalidTransition

PENDING, VERIFIED, SUSPENDED, BLOCKED = "pending", "verified", "suspended", "blocked"

ACTIONS: Final[dict[str, tuple[frozenset[str], str]]] = {
    "verify": (frozenset({PENDING}), VERIFIED),
    "suspend": (frozenset({VERIFIED}), SUSPENDED),
    "block": (frozenset({PENDING, VERIFIED, SUSPENDED}), BLOCKED),
    "reactivate": (frozenset({SUSPENDED, BLOCKED}), VERIFIED),
}
"""Action → (from, to)."""


def after(status: str, action: str) -> str | None:
    """The status an action leads to; None when the vendor is there already and nothing is to be done.

    Raises:
        InvalidTransition: the action does not start from this status.
    """
    sources, target = ACTIONS[action]
    if status in sources:
        return target
    if status == target:
        return None
    facts: dict[str, Any] = {"from": status, "to": target, "allowed": allowed(status)}
    raise InvalidTransition(f"A {status} vendor cannot be {PAST[action]}.", **facts)


PAST: Final = {"verify": "verified", "suspend": "suspended", "block": "blocked", "reactivate": "reactivated"}


def allowed(status: str) -> list[str]:
    """The statuses that can be reached from one, sorted."""
    return sorted({target for sources, target in ACTIONS.values() if status in sources})


def account_status(status: str) -> str:
    """How the vendor's own app is told its status: a suspended account counts as verified."""
    return {PENDING: "pending_verification", BLOCKED: "blocked"}.get(status, "verified")
