"""Knowledge: read in the background, found by words and their forms, gone when its source is gone."""

import io
import time
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from callout.features.calling.agents.knowledge_store import replace_chunks
from callout.features.calling.agents.looking_up import look_up
from callout.features.calling.agents.tables import KnowledgeBase, KnowledgeChunk
from callout.kit.principal import Principal
from tests.features.calling.conftest import BASE, Office, Street
from tests.unit.calling.agents.test_documents import pdf

PRICES = """A deep cleaning costs 180 dollars for up to two bedrooms and takes about four hours.

Windows are cleaned from inside and outside for 5 dollars a pane.

We bring our own products. They are safe for children and pets.

Appointments are possible from Monday to Saturday between eight and six. Cancel up to a day before, free of charge."""


async def made(office: Office, expect: int = 201, **members: Any) -> dict[str, Any]:
    answer = await office.owner.post(f"{BASE}/knowledge-bases", json={"name": "Prices", **members})
    assert answer.status_code == expect, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def indexed(office: Office, base: dict[str, Any], *states: str) -> dict[str, Any]:
    return await office.until(f"/knowledge-bases/{base['id']}", "index_status", *(states or ("ready",)))


async def asked(office: Office, base: dict[str, Any], text: str, **more: Any) -> list[dict[str, Any]]:
    answer = await office.manager.post(f"{BASE}/knowledge-bases/{base['id']}/query", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def upload(office: Office, data: bytes, filename: str) -> str:
    principal = Principal(role="owner", tenant_id=office.tenant_id)
    async with office.street.database.transaction(principal) as work:
        row = await office.street.desk.files.upload(work, "knowledge", filename, io.BytesIO(data))
    return str(row.id)


async def test_what_is_written_is_found_by_other_forms_of_its_words(office: Office, worker: None) -> None:
    base = await made(office, content=PRICES)
    assert base["index_status"] == "pending"
    ready = await indexed(office, base)
    assert ready["chunk_count"] == 1
    found = await asked(office, base, "How much would you charge for cleaning a window?")
    assert found[0]["source"] == "content"
    assert 0.25 <= found[0]["similarity"] <= 1
    assert await asked(office, base, "Do you repair bicycles in Antarctica?") == []
    assert await asked(office, base, "the of and") == [], "nothing but stop words"


async def test_the_passage_that_holds_more_of_the_rarer_words_comes_first(office: Office, worker: None) -> None:
    filler = "\n\n".join(
        f"Paragraph {n} tells that cleaning is done well and cleaning is our trade. " * 6 for n in range(12)
    )
    base = await made(office, content=f"{filler}\n\nPianos are tuned on Tuesdays only, cleaning included.\n\n{filler}")
    await indexed(office, base)
    found = await asked(office, base, "When are pianos tuned?", top=2)
    assert found
    assert all("Pianos are tuned on Tuesdays" in one["chunk"] for one in found), "the filler does not fit"


async def test_documents_and_pages_are_read_and_named(street: Street, office: Office, worker: None) -> None:
    street.site.pages["https://bright.example/faq"] = "<main><h1>FAQ</h1><p>We are insured up to a million.</p></main>"
    paper = await upload(office, pdf("The guarantee lasts thirty days."), "terms.pdf")
    notes = await upload(office, b"# Notes\n\nGift vouchers are sold at the desk.", "notes.md")
    base = await made(office, file_ids=[paper, notes], source_urls=["https://bright.example/faq"])
    assert (await indexed(office, base))["chunk_count"] == 3
    for question, source in (
        ("How long is the guarantee?", "terms.pdf"),
        ("Where are vouchers sold?", "notes.md"),
        ("Are you insured?", "https://bright.example/faq"),
    ):
        assert (await asked(office, base, question))[0]["source"] == source


async def test_a_source_that_cannot_be_read_is_named_and_leaves_the_others(
    street: Street, office: Office, worker: None
) -> None:
    broken = await upload(office, pdf(), "scan.pdf")
    base = await made(office, content=PRICES, file_ids=[broken], source_urls=["https://bright.example/gone"])
    failed = await indexed(office, base, "failed")
    assert "scan.pdf" in failed["index_error"]
    assert "https://bright.example/gone" in failed["index_error"]
    assert failed["chunk_count"] == 1
    assert await asked(office, base, "What does a deep cleaning cost?")


async def test_a_change_is_read_anew_and_what_is_gone_is_not_found(office: Office, worker: None) -> None:
    paper = await upload(office, b"The guarantee lasts thirty days.", "terms.txt")
    base = await made(office, content=PRICES, file_ids=[paper])
    await indexed(office, base)
    path = f"{BASE}/knowledge-bases/{base['id']}"
    assert (await office.owner.patch(path, json={"content": "x"})).status_code == 428
    tag = {"If-Match": (await office.owner.get(path)).headers["etag"]}
    changed = await office.owner.patch(path, json={"content": "Everything is free today.", "file_ids": []}, headers=tag)
    assert (changed.status_code, changed.json()["index_status"]) == (200, "pending")
    await indexed(office, base)
    assert await asked(office, base, "How long is the guarantee?") == []
    assert (await asked(office, base, "Is it free today?"))[0]["chunk"] == "Everything is free today."
    tag = {"If-Match": (await office.owner.get(path)).headers["etag"]}
    renamed = await office.owner.patch(path, json={"name": "Offers"}, headers=tag)
    assert renamed.json()["index_status"] == "ready", "a new name is not read anew"
    tag = {"If-Match": renamed.headers["etag"]}
    assert (await office.owner.patch(path, json={"content": None}, headers=tag)).status_code == 422


async def test_an_agent_waits_for_its_knowledge_and_loses_what_is_deleted(office: Office) -> None:
    base = await made(office, content=PRICES)
    agent = await office.agent(knowledge_base_ids=[base["id"]])
    assert (agent["status"], agent["not_ready_reasons"]) == ("training", ["knowledge_not_ready"])
    assert (await office.get("/", status="training"))["total"] == 1
    gone = await office.owner.delete(f"{BASE}/knowledge-bases/{base['id']}", headers={"If-Match": "*"})
    assert gone.status_code == 204
    after = await office.get(f"/{agent['id']}")
    assert (after["knowledge_base_ids"], after["ready"]) == ([], True)
    async with office.work() as work:
        left = await work.session.scalar(select(func.count()).where(KnowledgeChunk.tenant_id == office.tenant_id))
    assert left == 0


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"content": "  "},
        {"content": "a" * 200_001},
        {"source_urls": ["ftp://x"]},
        {"content": "a", "tags": ["x" * 31]},
    ],
)
async def test_a_base_that_holds_nothing_or_too_much_is_refused(office: Office, members: dict[str, Any]) -> None:
    await made(office, 422, **members)


async def test_only_files_for_knowledge_are_taken(street: Street, office: Office) -> None:
    stranger = await street.office()
    theirs = await upload(stranger, b"Theirs.", "theirs.txt")
    refused = await made(office, 422, file_ids=[theirs])
    assert refused["errors"][0]["field"] == "file_ids"


async def test_other_scripts_and_languages_are_searched_by_their_own_words(office: Office, worker: None) -> None:
    german = await made(office, content="Die Reinigung der Fenster kostet fünf Euro.", language="de")
    japanese = await made(office, content="深夜の清掃料金は五千円です。", language="ja")
    await indexed(office, german)
    await indexed(office, japanese)
    assert await asked(office, german, "Was kosten Reinigungen von Fenstern?")
    assert await asked(office, japanese, "清掃料金はいくらですか")
    async with office.work() as work:
        both = await look_up(work, [UUID(german["id"]), UUID(japanese["id"])], "Fenster Reinigung")
    assert [str(one.knowledge_base_id) for one in both] == [german["id"]]


async def test_many_chunks_are_searched_within_a_turn_of_a_call(office: Office) -> None:
    base = await made(office, content=PRICES)
    async with office.work() as work:
        row = await work.session.get(KnowledgeBase, UUID(base["id"]))
        assert row is not None
        words = [
            "cleaning",
            "window",
            "price",
            "garden",
            "roof",
            "water",
            "pipe",
            "order",
            "visit",
            "morning",
            "evening",
            "paint",
            "door",
            "lamp",
        ]
        texts = [" ".join(words[(n * k) % len(words)] for k in range(1, 110)) + f" item{n}" for n in range(2000)]
        await replace_chunks(work, row, "content", texts)
    async with office.work() as work:
        started = time.perf_counter()
        found = await look_up(work, [UUID(base["id"])], "What is the price of item1234 for the garden?")
        took = time.perf_counter() - started
    assert "item1234" in found[0].chunk
    assert took < 0.5, took
