"""Channels, preferences, retries and receipts."""

import pytest

from callout.features.notifications.catalogue import KINDS
from callout.features.notifications.delivery_rules import RETRY_AFTER_S, Recipient, plan_channels, retry_pause_s
from callout.features.notifications.receipts import status_after

VENDOR = Recipient(kind="vendor", ref="v", user_id="u", email="v@example.com", phone="+13055550100", status="verified")


def planned(key, recipient=VENDOR, **settings):
    switches = {f"notifications.{name}": value for name, value in settings.items()}
    return {one.channel: one.suppressed for one in plan_channels(KINDS[key], recipient, switches)}


def but(recipient, **changes):
    return Recipient(**{**{name: getattr(recipient, name) for name in recipient.__struct_fields__}, **changes})


def test_channels_that_do_not_work_yet_are_written_down_as_such():
    assert planned("new_order") == {
        "in_app": None,
        "push": "channel_not_configured",
        "email": None,
        "whatsapp": "channel_not_configured",
    }


@pytest.mark.parametrize(
    ("preferences", "settings", "reason"),
    [
        ({"email_notifications": False}, {}, "preference"),
        ({"new_orders": False}, {}, "preference"),
        ({"order_updates": False}, {}, None),
        ({}, {"email": False}, "switched_off"),
    ],
)
def test_a_vendor_decides_about_offers_by_mail(preferences, settings, reason):
    result = planned("new_order", but(VENDOR, preferences=preferences), **settings)
    assert (result["email"], result["in_app"]) == (reason, None)


@pytest.mark.parametrize("status", ["pending", "blocked"])
def test_restricted_vendors_hear_about_their_account_only(status):
    assert planned("new_order", but(VENDOR, status=status)) == {}
    assert planned("account_blocked", but(VENDOR, status=status))["email"] is None


def test_security_mails_cannot_be_switched_off():
    person = Recipient(kind="user", ref="u", user_id="u", email="a@example.com")
    assert planned("password_reset", person, email=False) == {"email": None}


def test_customers_without_an_address_are_not_written_to():
    nobody = Recipient(kind="customer", ref="x")
    assert planned("order_confirmation", nobody) == {"email": "no_email", "sms": "no_phone"}
    dead = Recipient(kind="customer", ref="x", email="a@example.com", bounced=True)
    assert planned("order_confirmation", dead)["email"] == "address_bounced"
    stopped = Recipient(kind="customer", ref="x", email="a@example.com", opted_out=frozenset({"email"}))
    assert planned("order_confirmation", stopped)["email"] == "opted_out"


def test_attempts_are_spread_and_end():
    pauses = [retry_pause_s(attempt, None) for attempt in range(1, 7)]
    assert pauses == [*RETRY_AFTER_S, None]
    assert retry_pause_s(1, 600) == 600
    assert retry_pause_s(2, 1) == 300


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        ("sent", "delivered", "delivered"),
        ("delivered", "read", "read"),
        ("read", "delivered", "read"),
        ("read", "failed", "read"),
        ("delivered", "failed", "failed"),
        ("failed", "delivered", "failed"),
        ("suppressed", "read", "suppressed"),
    ],
)
def test_reports_may_repeat_and_come_in_any_order(before, kind, after):
    assert status_after(before, kind) == after
    assert status_after(after, kind) == after
