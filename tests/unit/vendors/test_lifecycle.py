"""The life of a vendor's account."""

import pytest

from callout.features.vendors.errors import InvalidTransition
from callout.features.vendors.lifecycle import ACTIONS, account_status, after, allowed

STATUSES = ("pending", "verified", "suspended", "blocked")
TABLE = {
    ("pending", "verify"): "verified",
    ("pending", "block"): "blocked",
    ("verified", "suspend"): "suspended",
    ("verified", "block"): "blocked",
    ("suspended", "block"): "blocked",
    ("suspended", "reactivate"): "verified",
    ("blocked", "reactivate"): "verified",
}
"""All transitions there are (product specification, section 5.7)."""


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", ACTIONS)
def test_exactly_the_listed_transitions_exist(status: str, action: str) -> None:
    expected = TABLE.get((status, action))
    if expected is not None:
        assert after(status, action) == expected
    elif status == ACTIONS[action][1]:
        assert after(status, action) is None, "repeating the current state does nothing"
    else:
        with pytest.raises(InvalidTransition) as refused:
            after(status, action)
        assert refused.value.members == {"from": status, "to": ACTIONS[action][1], "allowed": allowed(status)}


def test_the_allowed_statuses_are_told() -> None:
    assert allowed("pending") == ["blocked", "verified"]
    assert allowed("blocked") == ["verified"]


def test_a_suspended_account_counts_as_verified_for_the_app() -> None:
    assert [account_status(status) for status in STATUSES] == [
        "pending_verification",
        "verified",
        "verified",
        "blocked",
    ]
