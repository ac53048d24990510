# ruff: noqa: RUF001 - listings write ranges with en dashes
"""What a source tells anew never blanks a field and never overwrites a person's edit (product specification §6.1)."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from callout.features.prospecting.drafts import Draft
from callout.features.prospecting.merging import Merged, merge_drafts
from callout.features.prospecting.provenance import origin_of
from callout.features.prospecting.staging import COLUMNS
from callout.features.prospecting.tables import Business
from tests.features.prospecting.conftest import Office, Town

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
JOB, NEXT = str(uuid4()), str(uuid4())


def draft(**fields: Any) -> Draft:
    return Draft(**({"name": "Joe's Garage", "place_id": "p1"} | fields))


class Book:
    """The businesses of one tenant."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def tell(self, *drafts: Draft, job: str = JOB, now: datetime = NOW, **given: Any) -> Merged:
        async with self.office.work(now) as work:
            return await merge_drafts(work, job, drafts, **given)

    async def rows(self) -> list[dict[str, Any]]:
        async with self.office.work() as work:
            found = await work.session.execute(text("SELECT * FROM businesses ORDER BY id"))
            return [dict(row._mapping) for row in found]

    async def one(self) -> dict[str, Any]:
        (row,) = await self.rows()
        return row

    async def edit(self, **fields: Any) -> None:
        async with self.office.work() as work:
            (business,) = (await work.session.execute(Business.__table__.select())).all()
            row = await work.session.get(Business, business.id)
            assert row is not None
            for name, value in fields.items():
                setattr(row, name, value)
            row.edited = sorted(fields)


@pytest.fixture
def book(office: Office) -> Book:
    return Book(office)


async def test_a_new_business_gets_its_priority_and_time(book: Book) -> None:
    told = draft(rating=Decimal("4.6"), hours={"Monday": "9 AM–5 PM"}, phone="+13055550100", phone_raw="(305) 555-0100")
    assert await book.tell(told) == Merged(1, 0, 1)
    row = await book.one()
    assert (row["call_priority"], row["best_time_to_call"], row["status"]) == ("high", "10:00–16:00", "new")
    assert (row["source"], row["place_id"], row["job_ids"], row["edited"]) == ("upload", "p1", [JOB], [])
    assert (row["phone_raw"], row["tags"], row["photos"], row["version"]) == ("(305) 555-0100", [], [], 1)
    assert row["created_at"] == row["scraped_at"] == row["last_seen_at"] == NOW


async def test_every_field_of_a_draft_is_stored_as_told(book: Book) -> None:
    fields = {
        "address": '1 Main St\t\\N "x"', "city": "Springfield", "state": "Illinois", "country": "US",
        "phone": "+13055550100", "phone_raw": "(305) 555-0100", "website": "https://a.example/\\", "email": "a@a.example",
        "social": {"facebook": "https://facebook.com/x"}, "category": "garage\n", "subcategories": ["tyres", 'a"b'],
        "rating": Decimal("4.0"), "review_count": 3, "price_level": 0, "lat": 1.25, "lng": -2.5,
        "hours": {"Monday": "9\\–5"}, "description": "d\r\n", "photos": ["https://a.example/1.jpg"],
        "reviews": [{"rating": 5, "text": "ü\n", "at": None}], "service_options": {"delivery": True},
        "is_verified": True, "open_now": False, "timezone": "America/New_York", "tags": ["vip"], "notes": "knows us",
    }  # fmt: skip
    await book.tell(draft(**fields))
    row = await book.one()
    assert {name: row[name] for name in fields} == fields
    assert set(fields) <= set(COLUMNS)
    origin = origin_of(row["provenance"], "address")
    assert origin == {"source": "upload", "job": JOB, "at": "2026-03-02T12:00:00.000Z"}


async def test_an_unreadable_phone_is_kept_as_written(book: Book) -> None:
    await book.tell(draft(phone_raw="ask inside"))
    row = await book.one()
    assert (row["phone"], row["phone_raw"]) == (None, "ask inside")
    await book.tell(draft(phone="+13055550100", phone_raw="(305) 555-0100", place_id=None), draft())
    assert len(await book.rows()) == 2


async def test_the_same_place_is_brought_up_to_date(book: Book) -> None:
    await book.tell(draft(rating=Decimal("3.0"), address="old", city="Springfield", hours={"Monday": "9 AM–5 PM"}))
    merged = await book.tell(
        draft(rating=Decimal("4.5"), address="new", city="Springfield", hours={"Monday": "8 AM–6 PM"}),
        job=NEXT, now=LATER, source="serpapi",
    )  # fmt: skip
    assert merged == Merged(0, 1, 0)
    row = await book.one()
    assert (row["rating"], row["address"], row["call_priority"], row["best_time_to_call"]) == (
        Decimal("4.5"),
        "new",
        "high",
        "09:00–17:00",
    )
    assert (row["scraped_at"], row["last_seen_at"], row["job_ids"]) == (NOW, LATER, [JOB, NEXT])
    assert (origin_of(row["provenance"], "address") or {})["source"] == "serpapi"
    assert (origin_of(row["provenance"], "city") or {})["job"] == JOB
    assert (row["source"], row["version"]) == ("upload", 2)


async def test_seeing_a_place_unchanged_changes_no_version(book: Book) -> None:
    await book.tell(draft(address="1 Main St"))
    await book.tell(draft(address="1 Main St"), job=NEXT, now=LATER)
    row = await book.one()
    assert (row["version"], row["last_seen_at"], row["job_ids"]) == (1, LATER, [JOB, NEXT])


async def test_nothing_is_blanked(book: Book) -> None:
    full = {
        "address": "1 Main St", "phone": "+13055550100", "phone_raw": "(305) 555-0100", "website": "https://a.example",
        "email": "a@a.example", "category": "garage", "subcategories": ["tyres"], "rating": Decimal("4.0"),
        "review_count": 3, "price_level": 2, "lat": 1.0, "lng": 2.0, "hours": {"Monday": "9–5"}, "description": "d",
        "timezone": "America/New_York", "photos": ["https://a.example/1.jpg"], "is_verified": True,
        "social": {"x": "https://x.com/a"}, "city": "Springfield", "notes": "n", "tags": ["t"],
    }  # fmt: skip
    await book.tell(draft(**full))
    await book.tell(draft(phone_raw="ask inside"), job=NEXT, now=LATER)
    row = await book.one()
    assert {name: row[name] for name in full} == full


async def test_another_listing_with_the_same_phone_fills_gaps_only(book: Book) -> None:
    await book.tell(draft(address="1 Main St", phone="+13055550100"))
    other = draft(place_id="p2", name="Joe", address="2 Main St", email="a@a.example", phone="+13055550100")
    assert await book.tell(other, job=NEXT, now=LATER) == Merged(0, 1, 1)
    row = await book.one()
    assert (row["name"], row["address"], row["email"], row["place_id"]) == (
        "Joe's Garage",
        "1 Main St",
        "a@a.example",
        "p1",
    )


async def test_coordinates_are_never_mixed_from_two_listings(book: Book) -> None:
    await book.tell(draft(lat=1.0, lng=2.0, phone="+13055550100"))
    await book.tell(draft(place_id="p2", lat=3.0, lng=4.0, phone="+13055550100"), job=NEXT)
    row = await book.one()
    assert (row["lat"], row["lng"]) == (1.0, 2.0)


async def test_what_a_person_edited_stays(book: Book) -> None:
    await book.tell(draft(rating=Decimal("2.0"), address="1 Main St"))
    await book.edit(address="corrected", best_time_to_call="after lunch", call_priority="high", status="new")
    await book.tell(
        draft(rating=Decimal("3.5"), address="wrong", closed=True, hours={"Monday": "8 AM–6 PM"}), job=NEXT, now=LATER
    )
    row = await book.one()
    assert (row["call_priority"], row["best_time_to_call"], row["address"], row["status"]) == (
        "high",
        "after lunch",
        "corrected",
        "new",
    )
    assert (row["rating"], row["closed_at"]) == (Decimal("3.5"), LATER)


async def test_notes_of_a_file_never_replace_a_persons(book: Book) -> None:
    await book.tell(draft())
    await book.edit(notes="mine", tags=[])
    await book.tell(draft(notes="theirs", tags=["x"]), job=NEXT)
    row = await book.one()
    assert (row["notes"], row["tags"]) == ("mine", [])


async def test_a_place_that_closed_for_good_is_marked_and_comes_back_when_it_reopens(book: Book) -> None:
    await book.tell(draft(closed=True))
    row = await book.one()
    assert (row["status"], row["closed_at"]) == ("ignored", NOW)
    await book.tell(draft(closed=None), now=LATER)
    assert (await book.one())["closed_at"] == NOW
    await book.tell(draft(closed=False), now=LATER)
    row = await book.one()
    assert (row["status"], row["closed_at"]) == ("new", None)
    await book.tell(draft(closed=True), now=LATER)
    await book.tell(draft(closed=True), now=LATER + timedelta(days=1))
    assert (await book.one())["closed_at"] == LATER


async def test_a_business_in_use_stays_in_use_when_it_closes(book: Book) -> None:
    await book.tell(draft())
    async with book.office.work() as work:
        await work.session.execute(text("UPDATE businesses SET status = 'imported'"))
    await book.tell(draft(closed=True), now=LATER)
    row = await book.one()
    assert (row["status"], row["closed_at"]) == ("imported", LATER)


async def test_a_listing_without_place_id_learns_it(book: Book) -> None:
    await book.tell(draft(place_id=None, phone="+13055550100"))
    await book.tell(draft(place_id="p9", phone="+13055550100"), job=NEXT)
    assert (await book.one())["place_id"] == "p9"


async def test_a_place_is_the_same_whichever_source_tells_it(book: Book) -> None:
    await book.tell(draft(address="a"), source="upload")
    assert (await book.tell(draft(address="b"), source="google_maps", job=NEXT)).new == 0
    assert (await book.tell(draft(address="c"), source="serpapi", job=NEXT)).new == 0
    row = await book.one()
    assert (row["source"], row["address"]) == ("upload", "c")


async def test_a_place_that_was_merged_away_is_the_one_it_was_merged_into(book: Book) -> None:
    await book.tell(draft(place_id="p1", name="Joe's"), draft(place_id="p2", name="Joe", address="2 Main St"))
    async with book.office.work() as work:
        await work.session.execute(
            text(
                "UPDATE businesses SET merged_into_id = (SELECT id FROM businesses WHERE place_id = 'p1')"
                " WHERE place_id = 'p2'"
            )
        )
    assert await book.tell(draft(place_id="p2", name="Jo", email="a@a.example"), job=NEXT) == Merged(0, 1, 0)
    first, second = await book.rows()
    assert (first["name"], first["email"], second["email"]) == ("Joe's", "a@a.example", None)


async def test_what_somebody_chose_in_a_file_is_their_edit(book: Book) -> None:
    await book.tell(draft(rating=Decimal("4.5"), priority="low", best_time="mornings", set_aside=True))
    row = await book.one()
    assert (row["call_priority"], row["best_time_to_call"], row["status"]) == ("low", "mornings", "ignored")
    assert row["edited"] == ["call_priority", "best_time_to_call"]
    await book.tell(draft(rating=Decimal("4.6")), job=NEXT)
    assert (await book.one())["call_priority"] == "low"


async def test_the_callable_count_is_of_businesses_this_job_made_callable(book: Book) -> None:
    one = draft(phone="+13055550100")
    assert await book.tell(one, draft(place_id="p2")) == Merged(2, 0, 1)
    assert await book.tell(one) == Merged(0, 1, 0)
    assert await book.tell(draft(place_id="p2", phone="+13055550101")) == Merged(0, 1, 1)
    assert await book.tell(one, job=NEXT) == Merged(0, 1, 1)


async def test_no_more_businesses_are_added_than_there_is_room_for(book: Book) -> None:
    drafts = [draft(place_id=f"p{number}") for number in (1, 1, 2, 2, 3, 1, 4)]
    assert await book.tell(*drafts, room=2) == Merged(2, 2, 0, cut=4)
    assert len(await book.rows()) == 2
    assert await book.tell(*drafts[4:], room=0) == Merged(0, 0, 0, cut=0)
    assert await book.tell(*drafts[4:], room=5) == Merged(2, 1, 0)


async def test_thousands_of_listings_of_one_hotline_are_one_business(book: Book) -> None:
    hotline = [draft(place_id=f"p{number}", phone="+13055550100", review_count=number) for number in range(3000)]
    assert await book.tell(*hotline) == Merged(1, 2999, 1)
    row = await book.one()
    assert (row["place_id"], row["review_count"]) == ("p0", 0)


def told_at_random(dice: random.Random) -> Draft:
    place_id = dice.choice([None, None, "p1", "p2", "p3"])
    phones = {None: "210", "p1": "3", "p2": "1", "p3": ""}[place_id]
    phone = dice.choice([None, *(f"+1305555010{digit}" for digit in phones)]) if place_id != "p2" else "+13055550101"
    return Draft(
        name=dice.choice(["Joe", "Ann", "Bo"]),
        place_id=place_id,
        phone=phone,
        phone_raw=phone or dice.choice([None, "ask"]),
        address=dice.choice([None, "1 Main St", "2 Main St"]),
        email=dice.choice([None, "a@a.example", "b@b.example"]),
        subcategories=dice.choice([[], ["x"], ["y"]]),
        rating=dice.choice([None, Decimal("2.0"), Decimal("4.5")]),
        hours=dice.choice([None, {"Monday": "9 AM–5 PM"}, {"Monday": "8 AM–6 PM"}]),
        is_verified=dice.choice([True, False]),
        notes=dice.choice([None, "n"]),
    )


def shown(rows: list[dict[str, Any]]) -> list[Any]:
    hidden = {"id", "tenant_id", "provenance", "version", "dedupe_key", "phone_raw"}
    return sorted([repr({key: value for key, value in row.items() if key not in hidden}) for row in rows])


@pytest.mark.parametrize("seed", range(40))
async def test_a_batch_does_what_its_drafts_would_do_one_by_one(town: Town, seed: int) -> None:
    dice = random.Random(seed)
    before = [told_at_random(dice) for _ in range(4)]
    batch = [told_at_random(dice) for _ in range(12)]
    at_once, in_turn = Book(await town.office()), Book(await town.office())
    counts = []
    for book, groups in ((at_once, [before, batch]), (in_turn, [[told] for told in before + batch])):
        merged = [await book.tell(*group) for group in groups]
        counts.append([sum(getattr(one, name) for one in merged) for name in ("new", "known", "callable")])
    assert shown(await at_once.rows()) == shown(await in_turn.rows())
    assert counts[0] == counts[1]
