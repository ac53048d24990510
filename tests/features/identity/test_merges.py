# ruff: noqa: RUF001 - listings write ranges with en dashes
"""Merging businesses keeps the best of each, says where it came from, and can be undone (product specification §6.1)."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from callout.features.prospecting.tables import Contact
from tests.features.identity.conftest import BUSINESSES, DUPLICATES, Book, Desk, draft, new_tenant

EARLY = datetime(2026, 3, 2, 12, tzinfo=UTC)
BOOKKEEPING = {"version", "updated_at", "updated_by_role"}


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in BOOKKEEPING} for row in rows]


async def two(book: Book) -> list[dict[str, Any]]:
    await book.tell(
        draft("Joe's Garage", place_id="a", rating=Decimal("3.0"), phone="+15125550100", phone_raw="512 555 0100"),
        now=EARLY,
    )
    return await book.tell(
        draft(
            "Joe's Garage Inc", place_id="b", rating=Decimal("4.5"), email="joe@joes.example", review_count=7,
            hours={"Monday": "8 AM–6 PM"}, phone="+15125550199",
        ),
        now=EARLY + timedelta(days=1),
    )  # fmt: skip


async def test_the_kept_business_stays_what_it_is_and_its_gaps_are_filled(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    merge = await desk.merge(keep, other)
    shown = merge["business"]
    assert (shown["name"], shown["rating"], shown["phone"]) == ("Joe's Garage", 3.0, "+15125550100")
    assert (shown["email"], shown["review_count"], shown["hours"]) == (
        "joe@joes.example", 7, {"Monday": "8 AM–6 PM"},
    )  # fmt: skip
    assert shown["best_time_to_call"] == "09:00–17:00"
    assert shown["provenance"]["email"] == {
        "source": "serpapi", "job": str(book.jobs[1]), "at": "2026-03-03T12:00:00.000Z", "business": str(other["id"]),
    }  # fmt: skip
    assert shown["provenance"]["name"] == {
        "source": "serpapi", "job": str(book.jobs[0]), "at": "2026-03-02T12:00:00.000Z",
    }  # fmt: skip
    assert shown["job_ids"] == [str(job) for job in book.jobs]
    assert [entry["merged"][0]["name"] for entry in shown["merges"]] == ["Joe's Garage Inc"]
    listed = await desk.get(BUSINESSES)
    assert [row["id"] for row in listed["items"]] == [str(keep["id"])]
    assert (await desk.get(f"{BUSINESSES}/{other['id']}"))["duplicate_of"] == str(keep["id"])


async def test_a_persons_edits_win_and_a_person_may_choose_field_by_field(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    edit = {"call_priority": "low", "tags": ["vip"], "notes": "ask for Ann"}
    assert (await desk.http.patch(f"{BUSINESSES}/{other['id']}", json=edit)).status_code == 200
    await desk.http.patch(f"{BUSINESSES}/{keep['id']}", json={"tags": ["old"], "notes": "closed on Fridays"})
    merge = await desk.merge(keep, other, fields={"name": str(other["id"]), "rating": str(other["id"])})
    shown = merge["business"]
    assert (shown["name"], shown["rating"], shown["call_priority"]) == ("Joe's Garage Inc", 4.5, "low")
    assert (shown["tags"], shown["notes"]) == (["old", "vip"], "closed on Fridays\nask for Ann")
    await book.tell(draft("Joe's Repair", place_id="a", rating=Decimal("5.0")))
    assert (await book.row(keep["id"]))["name"] == "Joe's Garage Inc"
    for fields in ({"nonsense": str(other["id"])}, {"name": str(uuid4())}):
        await desk.merge(keep, other, expected=422, fields=fields)


async def test_what_is_told_of_a_merged_place_later_is_told_of_the_kept_one(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    await desk.merge(keep, other)
    rows = await book.tell(
        draft("Joe's Garage Inc", place_id="b", website="https://joes.example/"),
        draft("Somebody", phone="+15125550199", description="By the merged phone"),
    )
    assert len(rows) == 2
    kept = await book.row(keep["id"])
    assert (kept["website"], kept["description"]) == ("https://joes.example/", "By the merged phone")
    assert kept["job_ids"] == [str(job) for job in book.jobs]


async def test_a_business_without_a_place_takes_over_that_of_the_merged_one(book: Book, desk: Desk) -> None:
    rows = await book.tell(draft(at=None), draft(place_id="b"))
    keep = next(row for row in rows if row["place_id"] is None)
    other = next(row for row in rows if row["place_id"] == "b")
    merge = await desk.merge(keep, other)
    assert (await book.row(keep["id"]))["place_id"] == "b"
    assert len(await book.tell(draft("Joe's New Garage", place_id="b"))) == 2
    assert (await book.row(keep["id"]))["name"] == "Joe's New Garage"
    refused = await desk.undo(merge, 409)
    assert refused["code"] == "changed_since_merge"
    await book.tell(draft(place_id="b"))
    await desk.undo(merge)
    assert {str(row["id"]): row["place_id"] for row in await book.rows()} == {
        str(keep["id"]): None,
        str(other["id"]): "b",
    }


async def test_undoing_restores_every_row(book: Book, desk: Desk) -> None:
    await two(book)
    rows = await book.tell(draft("Joe's Garage", place_id="c", address=None), draft("Ann's", place_id="d"))
    before = plain(rows)
    await book.look()
    suggested = (await desk.get(DUPLICATES, status="open,merged,dismissed"))["items"]
    merge = await desk.merge(rows[0], *rows[1:3])
    assert plain(await book.rows()) != before
    undone = await desk.undo(merge)
    assert undone["undone_at"] is not None
    assert plain(await book.rows()) == before
    assert (await desk.get(DUPLICATES, status="open,merged,dismissed"))["items"] == [
        item | {"businesses": [await shown(desk, one) for one in item["business_ids"]]} for item in suggested
    ]
    assert (await desk.undo(merge, 409))["code"] == "already_undone"
    again = await desk.merge(rows[0], *rows[1:3])
    assert again["merge_id"] != merge["merge_id"]
    listed = await desk.get(f"{DUPLICATES}/merges")
    assert [item["id"] for item in listed["items"]] == [again["merge_id"], merge["merge_id"]]
    assert (await desk.get(f"{DUPLICATES}/merges", undone="true"))["total"] == 1


async def shown(desk: Desk, business_id: str) -> dict[str, Any]:
    detail = await desk.get(f"{BUSINESSES}/{business_id}")
    return {name: value for name, value in detail.items() if name not in {"provenance", "merges"}}


async def test_merging_again_changes_nothing_and_merging_elsewhere_is_refused(book: Book, desk: Desk) -> None:
    rows = await book.tell(*(draft(place_id=name) for name in "abc"))
    first = await desk.merge(rows[0], rows[1])
    before = await book.rows()
    assert (await desk.merge(rows[0], rows[1]))["merge_id"] == first["merge_id"]
    assert await book.rows() == before
    refused = await desk.merge(rows[2], rows[1], expected=409)
    assert (refused["code"], refused["duplicate_of"]) == ("already_merged", str(rows[0]["id"]))
    assert (await desk.merge(rows[1], rows[2], expected=409))["code"] == "already_merged"
    await desk.merge(rows[0], rows[0], expected=422)
    await desk.merge(rows[0], {"id": uuid4()}, expected=404)
    for path in (BUSINESSES,):
        assert (await desk.http.patch(f"{path}/{rows[1]['id']}", json={"notes": "x"})).status_code == 409
        assert (await desk.http.delete(f"{path}/{rows[1]['id']}")).status_code == 409


async def test_a_chain_of_merges_is_undone_from_its_end(book: Book, desk: Desk) -> None:
    rows = await book.tell(*(draft(place_id=name) for name in "abc"))
    before = plain(rows)
    first = await desk.merge(rows[1], rows[2])
    second = await desk.merge(rows[0], rows[1])
    assert {row["merged_into_id"] for row in await book.rows()} == {None, rows[0]["id"]}
    refused = await desk.undo(first, 409)
    assert {entry["business_id"] for entry in refused["changed"]} == {str(rows[1]["id"]), str(rows[2]["id"])}
    await desk.undo(second)
    await desk.undo(first)
    assert plain(await book.rows()) == before


async def test_a_merge_cannot_be_undone_over_what_changed_since(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    merge = await desk.merge(keep, other)
    await desk.http.patch(f"{BUSINESSES}/{keep['id']}", json={"notes": "new"})
    refused = await desk.undo(merge, 409)
    assert refused["changed"] == [{"business_id": str(keep["id"]), "fields": ["edited", "notes"]}]
    assert (await desk.http.delete(f"{BUSINESSES}/{keep['id']}")).status_code == 204
    assert (await desk.http.post(f"{DUPLICATES}/merges/{merge['merge_id']}/undo")).status_code == 404
    assert await book.rows() == []


async def test_being_seen_again_does_not_keep_a_merge_from_being_undone(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    merge = await desk.merge(keep, other)
    await book.tell(draft("Joe's Garage", place_id="a"))
    await desk.undo(merge)
    kept = await book.row(keep["id"])
    assert kept["job_ids"] == [str(book.jobs[0]), str(book.jobs[2])]
    assert kept["last_seen_at"] > keep["last_seen_at"]
    assert kept["email"] is None


async def test_contacts_and_their_lists_follow_the_kept_business(book: Book, desk: Desk) -> None:
    keep, other = await two(book)
    brought = await desk.post(f"{BUSINESSES}/import-to-list", new_list_name="A", ids=[str(other["id"])])
    assert brought["added"] == 1
    merge = await desk.merge(keep, other)
    contact_id = UUID(str(merge["business"]["contact_id"]))
    assert merge["business"]["status"] == "imported"
    async with book.work() as work:
        assert (await work.session.get(Contact, contact_id)).business_id == keep["id"]
    await desk.undo(merge)
    async with book.work() as work:
        assert (await work.session.get(Contact, contact_id)).business_id == other["id"]
    assert (await book.row(keep["id"]))["contact_id"] is None
    await desk.merge(keep, other)
    assert (await desk.http.delete(f"{BUSINESSES}/{keep['id']}")).status_code == 204
    async with book.work() as work:
        assert (await work.session.get(Contact, contact_id)).business_id is None


async def test_suggestions_of_the_merged_one_concern_the_kept_one(book: Book, desk: Desk) -> None:
    rows = await book.tell(*(draft(place_id=name) for name in "abcd"))
    await book.look()
    pairs = {frozenset(item["business_ids"]): item["id"] for item in (await desk.get(DUPLICATES))["items"]}
    names = [str(row["id"]) for row in rows]
    assert len(pairs) == 6
    await desk.post(f"{DUPLICATES}/{pairs[frozenset(names[1:3])]}/dismiss")
    await desk.merge(rows[0], rows[1])
    left = (await desk.get(DUPLICATES))["items"]
    assert {frozenset(item["business_ids"]) for item in left} == {
        frozenset(pair) for pair in ((names[0], names[2]), (names[0], names[3]), (names[2], names[3]))
    }
    assert await book.look() == 0
    refused = await desk.post(f"{DUPLICATES}/{pairs[frozenset(names[:2])]}/dismiss", 409)
    assert refused["code"] == "already_decided"


async def test_two_merges_of_the_same_rows_and_an_import_at_once(book: Book, desk: Desk) -> None:
    rows = await book.tell(*(draft(place_id=name) for name in "abc"))
    manager = Desk(await book.client("manager"))

    async def merge(person: Desk, keep: int, other: int) -> int:
        body = {"keep_id": str(rows[keep]["id"]), "merge_ids": [str(rows[other]["id"])]}
        return (await person.http.post(f"{DUPLICATES}/merge", json=body)).status_code

    told = [draft(place_id=name, email=f"{name}@a.example") for name in "abc"]
    answers = await asyncio.gather(
        merge(desk, 0, 1), book.tell(*told), merge(manager, 1, 0), merge(desk, 2, 1), book.tell(*told)
    )
    codes = [answer for answer in answers if isinstance(answer, int)]
    assert set(codes) == {200, 409}
    after = await book.rows()
    assert len(after) == 3
    roots = {row["id"] for row in after if row["merged_into_id"] is None}
    assert all(row["merged_into_id"] in roots for row in after if row["merged_into_id"] is not None)
    assert all(row["email"] for row in after if row["merged_into_id"] is None)


async def test_another_business_can_neither_merge_nor_undo(book: Book, desk: Desk, database: Any) -> None:
    rows = await book.tell(draft(place_id="a"), draft(place_id="b"))
    stranger_book = Book(database, await new_tenant(database), book.app, book.clients)
    stranger = Desk(await stranger_book.client("owner"))
    await stranger.merge(rows[0], rows[1], expected=404)
    merge = await desk.merge(rows[0], rows[1])
    await stranger.undo(merge, 404)
    assert (await stranger.get(f"{DUPLICATES}/merges"))["total"] == 0


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_merged_undoing_backwards_restores_it_all(book: Book, desk: Desk, seed: int) -> None:
    dice = random.Random(seed)
    rows = await book.tell(
        *(
            draft(
                f"Shop {dice.randrange(3)}", place_id=dice.choice([None, f"p{number}"]), address=f"{number} Main St",
                email=dice.choice([None, f"a{number}@a.example"]), rating=dice.choice([None, Decimal("4.0")]),
                at=dice.choice([None, (30.0 + dice.random() / 1000, -97.0)]), website=dice.choice([None, "https://a.example"]),
            )
            for number in range(8)
        )
    )  # fmt: skip
    await book.look()
    before = plain(rows)
    merges = []
    standing = list(rows)
    while len(standing) > 2:
        keep, *others = dice.sample(standing, dice.randrange(2, min(4, len(standing)) + 1))
        merges.append(await desk.merge(keep, *others))
        standing = [row for row in standing if row not in others]
    for merge in reversed(merges):
        await desk.undo(merge)
    assert plain(await book.rows()) == before
