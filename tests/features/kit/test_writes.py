"""One request is one transaction; versions guard against lost updates (API specification §1.5)."""

from tests.features.kit.conftest import Stand
from tests.features.kit.test_errors import THING, members


async def test_a_creation_says_where_the_resource_is(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/things", json=THING)
    assert answer.status_code == 201
    shown = await stand.client.get(answer.headers["location"])
    assert shown.json()["name"] == "Anna"
    assert shown.headers["etag"] == '"v1"'


async def test_a_change_needs_the_version_it_changes(stand: Stand) -> None:
    path = (await stand.client.post("/api/admin/things", json=THING)).headers["location"]
    change = {"name": "Berta"}
    members(await stand.client.patch(path, json=change), 428, "precondition_required")
    stale = await stand.client.patch(path, json=change, headers={"if-match": '"v7"'})
    assert members(stale, 412, "version_conflict")["current_version"] == 1
    done = await stand.client.patch(path, json=change, headers={"if-match": '"v0", "v1"'})
    assert (done.status_code, done.headers["etag"]) == (200, '"v2"')
    repeated = await stand.client.patch(path, json=change, headers={"if-match": '"v1"'})
    assert members(repeated, 412, "version_conflict")["current_version"] == 2


async def test_what_a_reader_already_has_is_not_sent_again(stand: Stand) -> None:
    path = (await stand.client.post("/api/admin/things", json=THING)).headers["location"]
    for known in ('"v1"', 'W/"v1"', '"v0", "v1"', "*"):
        answer = await stand.client.get(path, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", '"v1"')
    assert (await stand.client.get(path, headers={"if-none-match": '"v0"'})).json()["name"] == "Anna"


async def test_a_row_changed_meanwhile_is_seen_at_the_commit(stand: Stand) -> None:
    path = (await stand.client.post("/api/admin/things", json=THING)).headers["location"]
    answer = await stand.client.patch(path.replace("/things/", "/late/"), json={"name": "Berta"})
    members(answer, 412, "version_conflict")
    assert await stand.names() == ["Anna"]


async def test_a_broken_unique_constraint_at_the_commit_leaves_nothing_half_written(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/twins", json=THING, headers={"idempotency-key": "twins"})
    members(answer, 409, "already_exists")
    assert (await stand.names(), await stand.events(), await stand.records()) == ([], 0, 0)


async def test_a_broken_unique_constraint_before_the_commit_is_told_alike(stand: Stand) -> None:
    await stand.client.post("/api/admin/things", json=THING)
    body = members(await stand.client.post("/api/admin/things", json=THING), 409, "already_exists")
    assert "+13055550100" not in str(body)
    assert (await stand.names(), await stand.events()) == (["Anna"], 1)


async def test_a_refusal_undoes_what_came_before_it(stand: Stand) -> None:
    members(await stand.client.post("/api/admin/refused", json=THING), 409, "conflict")
    assert (await stand.names(), await stand.events()) == ([], 0)


async def test_a_refusal_that_keeps_its_work_commits_it(stand: Stand) -> None:
    members(await stand.client.post("/api/admin/kept", json=THING), 409, "kept")
    assert (await stand.names(), await stand.events()) == (["Anna"], 1)


async def test_what_happens_after_the_commit_cannot_take_the_answer_back(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/forgetful", json=THING)
    assert answer.status_code == 201
    assert await stand.names() == ["Anna"]
