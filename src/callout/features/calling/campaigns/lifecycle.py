"""Where a campaign may go from where it stands (product specification §5.4). Pure."""

from typing import Literal

from callout.features.calling.errors import InvalidTransition

Status = Literal["draft", "scheduled", "active", "paused", "completed", "cancelled"]
PausedReason = Literal["user", "abandonment", "limit", "provider", "none"]

TRANSITIONS: dict[str, tuple[str, ...]] = {
    "draft": ("scheduled", "active", "cancelled"),
    "scheduled": ("active", "cancelled"),
    "active": ("paused", "completed", "cancelled"),
    "paused": ("active", "completed", "cancelled"),
    "completed": (),
    "cancelled": (),
}
OVER = frozenset({"completed", "cancelled"})
EDITABLE = frozenset({"draft", "scheduled", "paused"})
"""States in which a campaign may be changed; its list only as a draft."""


def check_transition(at: str, to: str) -> None:
    """Raises InvalidTransition where a campaign cannot go there."""
    allowed = TRANSITIONS[at]
    if to not in allowed:
        raise InvalidTransition(f"A campaign that is {at} cannot become {to}.", at=at, to=to, allowed=allowed)
