"""Which events an endpoint wants, how deliveries are signed, when they are tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callout.adapters.generic_webhook.signature import check_signature
from callout.features.api_configs.webhooks.events import WebhookDisabled
from callout.features.api_configs.webhooks.names import is_known, wants
from callout.features.api_configs.webhooks.pace import ATTEMPTS, given_up, next_attempt
from callout.features.api_configs.webhooks.signing import HEADER, new_secret, signature

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@given(st.binary(max_size=2000))
def test_a_signature_holds_for_every_secret_that_is_valid(body: bytes) -> None:
    old, new = new_secret(), new_secret()
    headers = {HEADER: signature(body, [new, old], NOW)}
    for secret in (old, new):
        assert check_signature(headers, body, [secret], NOW) == "ok"
    assert check_signature(headers, body + b" ", [new], NOW) == "bad_signature"
    assert check_signature(headers, body, [new], NOW + timedelta(minutes=6)) == "stale"


@pytest.mark.parametrize(
    ("chosen", "name", "is_wanted"),
    [
        (["*"], "order.created", True),
        (["order.*"], "order.created", True),
        (["order.*"], "orders.created", False),
        (["order.created"], "order.created", True),
        (["order.created"], "order.completed", False),
    ],
)
def test_which_events_are_wanted(chosen: list[str], name: str, is_wanted: bool) -> None:
    assert wants(chosen, name) is is_wanted


def test_only_events_there_are_can_be_chosen() -> None:
    assert is_known("*")
    assert is_known(WebhookDisabled.type)
    assert is_known("webhook.*")
    assert not is_known("webhook.exploded")
    assert not is_known("coffee.*")


@given(st.floats(0, 1))
def test_a_delivery_is_tried_for_more_than_a_day(chance: float) -> None:
    at, attempt = NOW, 1
    while (following := next_attempt(attempt, at, chance)) is not None:
        assert following > at
        at, attempt = following, attempt + 1
    assert attempt == ATTEMPTS
    assert timedelta(hours=24) < at - NOW < timedelta(hours=48)


def test_when_an_endpoint_is_given_up() -> None:
    assert given_up(NOW, NOW + timedelta(hours=47), 500) is None
    assert given_up(NOW, NOW + timedelta(hours=48), None) == "nothing was taken for 48 hours"
    assert given_up(NOW, NOW, 410) == "the endpoint answered 410 Gone"
