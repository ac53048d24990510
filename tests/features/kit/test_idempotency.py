"""The same key means the same answer, once (product specification §9.2)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.features.kit.conftest import Stand
from tests.features.kit.test_errors import THING, members

KEY = {"idempotency-key": "order.1:a-b_c"}


async def test_a_repeated_request_gets_the_first_answer_again(stand: Stand) -> None:
    first = await stand.client.post("/api/admin/things", json=THING, headers=KEY)
    again = await stand.client.post("/api/admin/things", json=THING, headers=KEY)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    for answer in (first, again):
        assert answer.status_code == 201
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert (await stand.names(), await stand.events(), await stand.records()) == (["Anna"], 1, 1)


async def test_the_same_key_with_another_body_is_refused(stand: Stand) -> None:
    await stand.client.post("/api/admin/things", json=THING, headers=KEY)
    answer = await stand.client.post("/api/admin/things", json={**THING, "name": "Berta"}, headers=KEY)
    members(answer, 422, "idempotency_key_reused")


async def test_a_key_belongs_to_who_sent_it_and_where(stand: Stand) -> None:
    await stand.client.post("/api/admin/things", json=THING, headers=KEY)
    elsewhere = await stand.client.post("/api/admin/loose", json={"name": "Anna"}, headers=KEY)
    assert "idempotency-replayed" not in elsewhere.headers
    strange = {**KEY, "authorization": stand.stranger()}
    answer = await stand.client.post("/api/admin/things", json=THING, headers=strange)
    assert answer.status_code == 201
    assert "idempotency-replayed" not in answer.headers


@pytest.mark.parametrize("key", ["", "a" * 201, "a b", "ü"])
async def test_a_key_of_another_shape_is_refused(stand: Stand, key: str) -> None:
    headers = {b"idempotency-key": key.encode()}
    members(await stand.client.post("/api/admin/things", json=THING, headers=headers), 400, "malformed_request")


async def test_a_request_still_running_is_not_started_again(stand: Stand) -> None:
    first = asyncio.create_task(stand.client.post("/api/admin/slow", json=THING, headers=KEY))
    await asyncio.wait_for(stand.gates.entered.wait(), 10)
    members(await stand.client.post("/api/admin/slow", json=THING, headers=KEY), 409, "request_in_progress")
    stand.gates.leave.set()
    assert (await first).status_code == 201
    again = await stand.client.post("/api/admin/slow", json=THING, headers=KEY)
    assert again.headers["idempotency-replayed"] == "true"
    assert await stand.names() == ["Anna"]


@pytest.mark.parametrize("path", ["refused", "broken", "twins"])
async def test_work_that_was_undone_leaves_no_answer_behind(stand: Stand, path: str) -> None:
    for _ in range(2):
        answer = await stand.client.post(f"/api/admin/{path}", json=THING, headers=KEY)
        assert answer.status_code >= 400
        assert "idempotency-replayed" not in answer.headers
    assert (await stand.names(), await stand.records()) == ([], 0)


async def test_a_crash_at_the_commit_leaves_neither_work_nor_answer(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(_session: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as crash:
        crash.setattr(AsyncSession, "commit", die)
        members(await stand.client.post("/api/admin/things", json=THING, headers=KEY), 500, "internal")
    assert (await stand.names(), await stand.records()) == ([], 0)
    answer = await stand.client.post("/api/admin/things", json=THING, headers=KEY)
    assert (answer.status_code, "idempotency-replayed" in answer.headers) == (201, False)
    assert await stand.names() == ["Anna"]


async def test_a_client_that_hangs_up_leaves_nothing_half_done(stand: Stand) -> None:
    request = asyncio.create_task(stand.client.post("/api/admin/slow", json=THING, headers=KEY))
    await asyncio.wait_for(stand.gates.entered.wait(), 10)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert (await stand.names(), await stand.records()) == ([], 0)


async def test_an_answer_is_forgotten_after_a_day(stand: Stand) -> None:
    await stand.client.post("/api/admin/loose", json={"name": "Anna"}, headers=KEY)
    stand.clock.advance(timedelta(hours=24, seconds=1))
    answer = await stand.client.post("/api/admin/loose", json={"name": "Berta"}, headers=KEY)
    assert answer.json() == {"name": "Berta"}
    assert await stand.records() == 1


async def test_a_file_can_be_sent_under_a_key(stand: Stand) -> None:
    for replayed in (False, True):
        request = stand.client.build_request("POST", "/api/admin/upload", files={"file": ("a.csv", b"name,phone")})
        request.headers["content-type"] = "multipart/form-data; boundary=x"
        content = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname,phone\r\n--x--\r\n'
        headers = {"content-type": "multipart/form-data; boundary=x", **KEY}
        answer = await stand.client.post("/api/admin/upload", content=content, headers=headers)
        assert answer.json() == {"bytes": 10}
        assert ("idempotency-replayed" in answer.headers) is replayed
    assert await stand.names() == ["a.csv"]


async def test_a_file_sent_again_under_its_key_gets_the_first_answer(stand: Stand) -> None:
    """A client draws a new boundary for every attempt; what it sends is the same."""
    answers = [
        await stand.client.post("/api/admin/upload", files={"file": ("a.txt", content)}, headers=KEY)
        for content in (b"one", b"one", b"two")
    ]
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert answers[1].json() == answers[0].json()
    members(answers[2], 422, "idempotency_key_reused")


async def test_a_large_answer_is_remembered_too(stand: Stand) -> None:
    name = "x" * 30
    answers = [await stand.client.post("/api/admin/loose", json={"name": name}, headers=KEY) for _ in range(2)]
    assert answers[0].content == answers[1].content
