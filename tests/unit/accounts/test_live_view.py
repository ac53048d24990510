"""Who of the team hears of what."""

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pkgutil import iter_modules
from uuid import UUID, uuid4

import pytest

import callout.features
from callout.features.accounts.live_view import PERMISSION_OF, is_for_team
from callout.kit.events import Event, Published
from callout.kit.principal import Principal
from callout.kit.text.masking import mask_contact_details

ME = uuid4()


def happened(kind: str, **data: object) -> Published:
    return Published(
        id=uuid4(), type=kind, tenant_id=uuid4(), occurred_at=datetime(2026, 3, 5, tzinfo=UTC), actor_role="system",
        noun_id=uuid4(), data=data, sequence=1,
    )  # fmt: skip


def person(role: str, actor: UUID = ME) -> Principal:
    return Principal(role=role, tenant_id=uuid4(), actor_id=actor, session_id=None if role == "agent" else uuid4())


def subclasses(of: type[Event]) -> Iterator[type[Event]]:
    for one in of.__subclasses__():
        yield one
        yield from subclasses(one)


def test_every_event_of_the_product_belongs_to_a_permission() -> None:
    for feature in iter_modules(callout.features.__path__):
        package = import_module(f"callout.features.{feature.name}")
        if any(module.name == "events" for module in iter_modules(package.__path__)):
            import_module(f"callout.features.{feature.name}.events")
    named = {one.type for one in subclasses(Event) if one.__module__.startswith("callout.") and hasattr(one, "type")}
    assert len(named) > 30
    assert {kind for kind in named if kind.partition(".")[0] not in PERMISSION_OF} == set()


@pytest.mark.parametrize(
    ("kind", "heard_by"),
    [
        ("order.created", {"owner", "manager", "viewer", "agent"}),
        ("invoice.issued", {"owner", "manager", "viewer"}),
        ("user.invited", {"owner", "manager"}),
        ("vendor.invited", {"owner", "manager"}),
        ("message.sent", {"owner", "manager", "viewer"}),
        ("thing.unheard_of", set()),
    ],
)
def test_a_role_hears_of_nouns_it_may_read(kind: str, heard_by: set[str]) -> None:
    roles = {"owner", "manager", "viewer", "agent"}
    assert {role for role in roles if is_for_team(person(role), happened(kind))} == heard_by


def test_an_inbox_is_heard_by_its_owner_only() -> None:
    mine, theirs = (happened("notification.created", user_id=str(user)) for user in (ME, uuid4()))
    assert is_for_team(person("owner"), mine)
    assert not is_for_team(person("owner"), theirs)


def test_contact_details_are_masked_by_their_names_at_any_depth() -> None:
    data = {
        "customer_phone": "+13055550101",
        "customer_email": "anna@example.com",
        "phone_number": None,
        "on_site_contact": {"name": "Bo", "phone": "+13055550102"},
        "order_number": "ORD-000001",
        "rows": [{"email": "x@y.example"}],
    }
    assert mask_contact_details(data) == {
        "customer_phone": "+1•••••••0101",
        "customer_email": "a•••@example.com",
        "phone_number": None,
        "on_site_contact": {"name": "Bo", "phone": "+1•••••••0102"},
        "order_number": "ORD-000001",
        "rows": [{"email": "x•••@y.example"}],
    }
