# ruff: noqa: RUF001 - listings write ranges with en dashes
"""One business out of several: properties of the rule that decides field by field."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.features.prospecting.identity.blending import blend
from callout.features.prospecting.identity.snapshots import changed_fields, picture_of, restore
from callout.features.prospecting.tables import Business

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def business(number: int = 0, **fields: Any) -> Business:
    seen = NOW + timedelta(hours=number)
    stamp = {"source": "serpapi", "job": f"j{number}", "at": seen.isoformat().replace("+00:00", "Z")}
    values: dict[str, Any] = {
        "id": uuid4(), "tenant_id": UUID(int=1), "source": "serpapi", "name": f"Name {number}", "scraped_at": seen,
        "last_seen_at": seen, "job_ids": [f"j{number}"], "dedupe_key": "k", "call_priority": "low", "status": "new",
        "edited": [], "tags": [], "photos": [], "reviews": [], "subcategories": [], "is_verified": False,
        "provenance": {"*": stamp}, "version": 1, "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Business(**(values | fields))


def applied(kept: Business, others: list[Business], **choices: UUID) -> dict[str, Any]:
    for name, value in blend(kept, others, choices).items():
        setattr(kept, name, value)
    return picture_of(kept)


def test_another_listing_fills_gaps_and_the_same_place_brings_up_to_date() -> None:
    kept = business(1, place_id="a", website="https://old.example")
    same = business(2, place_id="a", website="https://new.example", email=None)
    other = business(3, place_id="b", website="https://other.example", email="a@a.example")
    now = applied(kept, [same, other])
    assert (now["name"], now["website"], now["email"]) == ("Name 2", "https://new.example", "a@a.example")
    assert now["provenance"]["email"]["business"] == str(other.id)
    assert now["provenance"]["website"]["job"] == "j2"


def test_an_older_listing_of_the_same_place_changes_nothing() -> None:
    kept = business(5, place_id="a", website="https://new.example")
    older = business(2, place_id="a", website="https://old.example", rating=Decimal("4.5"), call_priority="high")
    now = applied(kept, [older])
    assert (now["name"], now["website"], now["rating"], now["call_priority"]) == (
        "Name 5", "https://new.example", "4.5", "high",
    )  # fmt: skip


def test_coordinates_are_never_mixed() -> None:
    now = applied(business(1), [business(2, lat=1.0, lng=2.0)])
    assert (now["lat"], now["lng"]) == (1.0, 2.0)


def test_a_persons_edit_wins_over_everything_but_a_choice() -> None:
    edited = business(1, call_priority="high", edited=["call_priority"])
    newer = business(9, place_id="a", rating=Decimal("2.0"))
    kept = business(5, place_id="a", rating=Decimal("3.5"), call_priority="medium")
    now = applied(kept, [newer, edited])
    assert (now["rating"], now["call_priority"], now["edited"]) == ("2.0", "high", ["call_priority"])
    chosen = applied(business(1), [newer, edited], name=newer.id)
    assert (chosen["name"], "name" in chosen["edited"]) == ("Name 9", True)


def test_a_merged_business_is_in_use_when_one_of_them_was() -> None:
    assert applied(business(1), [business(2, status="imported")])["status"] == "imported"
    assert applied(business(1, status="ignored"), [business(2)])["status"] == "ignored"


def at_random(dice: random.Random, number: int) -> Business:
    def maybe(*values: Any) -> Any:
        return dice.choice([None, *values])

    lat = maybe(1.0, 2.0)
    return business(
        dice.randrange(5),
        place_id=maybe("a", "b"), address=maybe("1 Main", "2 Main"), phone=maybe("+15125550100"),
        email=maybe("a@a.example", "b@b.example"), rating=maybe(Decimal("2.0"), Decimal("4.5")), lat=lat,
        lng=None if lat is None else 3.0, hours=maybe({"Monday": "9 AM–5 PM"}), is_verified=dice.choice([True, False]),
        tags=dice.choice([[], ["x"], ["y", "x"]]), notes=maybe("n", "m"), status=dice.choice(["new", "ignored", "imported"]),
        edited=dice.choice([[], ["call_priority"], ["notes", "tags"], ["address"]]), contact_id=maybe(UUID(int=number + 1)),
        enriched_at=maybe(NOW), provenance=dice.choice([{}, {"email": {"source": "website", "at": "2026-03-02T13:00:00Z"}}]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_blending_again_changes_nothing_and_no_field_is_blanked(seed: int) -> None:
    dice = random.Random(seed)
    kept, *others = [at_random(dice, number) for number in range(dice.randrange(2, 5))]
    before = picture_of(kept)
    once = applied(kept, others)
    assert applied(kept, others) == once
    told = [picture_of(other) for other in others]
    blank = (None, [], {}, False)
    for name, value in once.items():
        if value in blank and name != "edited":
            assert before[name] in blank, name
            if name not in {"place_id", "merged_into_id", *before["edited"]}:
                assert all(other[name] in blank for other in told), name


@pytest.mark.parametrize("seed", range(60))
def test_a_picture_restores_the_row_it_was_taken_of(seed: int) -> None:
    dice = random.Random(seed)
    kept, other = at_random(dice, 0), at_random(dice, 1)
    before = picture_of(kept)
    applied(kept, [other])
    restore(kept, before)
    assert picture_of(kept) == before
    assert changed_fields(kept, before, ignoring=()) == []
