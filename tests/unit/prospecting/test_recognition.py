"""Looking only at drafts that may meet another changes nothing about who is recognised."""

import random

import pytest

from callout.features.prospecting.recognition import Identity, Stored, recognise


def _some(dice: random.Random, of: str, most: int) -> str | None:
    return f"{of}{dice.randrange(most)}" if dice.random() < 0.7 else None


def _batch(dice: random.Random) -> tuple[list[Identity], list[Stored]]:
    stored = []
    for number in range(6):
        place, phone = _some(dice, "place", 40), _some(dice, "+1", 40)
        root = f"stored{dice.randrange(number + 1)}"
        own = (place, phone) if root == f"stored{number}" else (_some(dice, "place", 40), _some(dice, "+1", 40))
        stored.append(Stored(f"stored{number}", place, phone, f"key{dice.randrange(40)}", root, *own))
    drafts = [
        Identity(seq, f"new{seq}", _some(dice, "place", 40), _some(dice, "+1", 40), f"key{dice.randrange(40)}")
        for seq in range(20)
    ]
    return drafts, stored


@pytest.mark.parametrize("seed", range(300))
def test_who_shares_nothing_need_not_be_looked_at(seed: int) -> None:
    drafts, stored = _batch(random.Random(seed))
    one_by_one = recognise(drafts, stored, room=len(drafts) - 1)  # with less room than drafts each is looked at
    found = recognise(drafts, stored)
    if one_by_one.cut is None:
        assert (found.new, found.assigned) == (one_by_one.new, one_by_one.assigned)
    else:
        assert found.new == len(drafts)


def test_room_ends_the_batch_at_the_first_new_business_too_many() -> None:
    drafts = [Identity(seq, f"new{seq}", f"place{seq // 2}", None, f"key{seq}") for seq in range(6)]

    found = recognise(drafts, [], room=2)

    assert (found.new, found.cut) == (2, 4)
    assert [(row.seq, row.target) for row in found.assigned] == [(0, "new0"), (1, "new0"), (2, "new2"), (3, "new2")]
