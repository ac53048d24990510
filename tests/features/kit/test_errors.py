"""Every refusal is a problem document a client can act on (API specification §1.3)."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.features.kit.conftest import BODY_LIMIT, Stand

THING = {"name": "Anna", "phone": "+1 305 555 0100"}


def members(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"https://callout.dev/problems/{code}"
    assert body["message"] == body["detail"] != ""
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


async def test_a_problem_names_itself_its_place_and_the_request(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/refused", json=THING)
    assert members(answer, 409, "conflict")["instance"] == "/api/admin/refused"


async def test_each_missing_field_has_a_row(stand: Stand) -> None:
    body = members(await stand.client.post("/api/admin/things", json={}), 422, "validation_failed")
    assert {(row["field"], row["code"]) for row in body["errors"]} == {("name", "required"), ("phone", "required")}


async def test_an_unknown_member_is_refused_by_name(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/things", json={**THING, "tenant_id": str(uuid4())})
    body = members(answer, 422, "unknown_field")
    assert [row["field"] for row in body["errors"]] == ["tenant_id"]
    assert await stand.names() == []


async def test_an_unknown_member_beside_a_bad_one_is_a_failed_validation(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/things", json={"name": "Anna", "phone": "555-1234", "colour": "red"})
    body = members(answer, 422, "validation_failed")
    assert {(row["field"], row["code"]) for row in body["errors"]} == {
        ("phone", "invalid_phone"),
        ("colour", "unknown_field"),
    }


async def test_a_loose_body_ignores_what_it_does_not_know(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/loose", json={"name": "Anna", "colour": "red"})
    assert answer.json() == {"name": "Anna"}


@pytest.mark.parametrize("raw", [b"{", b'{"name": "Anna",}', b"\xff\xfe"])
async def test_a_body_that_is_no_json_is_malformed(stand: Stand, raw: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await stand.client.post("/api/admin/things", content=raw, headers=headers)
    members(answer, 400, "malformed_request")


async def test_no_body_where_one_is_needed_is_a_failed_validation(stand: Stand) -> None:
    members(await stand.client.post("/api/admin/things"), 422, "validation_failed")


async def test_a_body_of_another_shape_is_a_failed_validation(stand: Stand) -> None:
    bodies: tuple[object, ...] = ([], "Anna", 7)
    for body in bodies:
        members(await stand.client.post("/api/admin/things", json=body), 422, "validation_failed")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=abc", "sort=foo", "offset=100001", "offset=-1"])
async def test_paging_outside_its_bounds_is_refused(stand: Stand, query: str) -> None:
    body = members(await stand.client.get(f"/api/admin/things?{query}"), 422, "validation_failed")
    assert [row["field"] for row in body["errors"]] == [query.split("=", maxsplit=1)[0]]


async def test_a_parameter_a_list_does_not_take_is_refused(stand: Stand) -> None:
    body = members(await stand.client.get("/api/admin/things?colour=red"), 400, "unknown_parameter")
    assert [row["field"] for row in body["errors"]] == ["colour"]


async def test_what_is_not_there_answers_json(stand: Stand) -> None:
    for path in ("/api/admin/nothing", "/api/nothing", "/api/admin/things/not-an-id", f"/api/admin/things/{uuid4()}"):
        members(await stand.client.get(path), 404, "not_found")


async def test_a_method_that_is_not_supported_is_named_with_those_that_are(stand: Stand) -> None:
    answer = await stand.client.delete("/api/admin/things")
    members(answer, 405, "method_not_allowed")
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["allow"].split(",")}


async def test_a_trailing_slash_makes_no_difference(stand: Stand) -> None:
    assert (await stand.client.get("/api/admin/things/")).status_code == 200


async def test_a_bad_credential_is_told_apart_from_none(stand: Stand) -> None:
    answer = await stand.client.get("/api/admin/things", headers={"authorization": "Bearer old"})
    members(answer, 401, "token_expired")


async def test_a_bad_credential_does_not_lock_out_of_what_is_public(stand: Stand) -> None:
    answer = await stand.client.get("/api/shared/open", headers={"authorization": "Bearer old"})
    assert answer.json() == {"known": False}


async def test_a_breakdown_says_nothing_about_itself_and_leaves_nothing(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/broken", json=THING)
    assert "hunter2" not in answer.text
    members(answer, 500, "internal")
    assert (await stand.names(), await stand.events()) == ([], 0)


async def test_a_breakdown_before_the_handler_is_a_problem_too(stand: Stand) -> None:
    stand.badges.is_down = True
    members(await stand.client.get("/api/admin/things"), 500, "internal")


async def test_a_character_the_database_cannot_keep_is_refused(stand: Stand) -> None:
    members(await stand.client.post("/api/admin/nul", json={"name": "An\0na"}), 422, "validation_failed")


async def test_a_body_that_says_it_is_too_large_is_not_read(stand: Stand) -> None:
    answer = await stand.client.post("/api/admin/loose", json={"name": "x" * BODY_LIMIT})
    assert members(answer, 413, "body_too_large")["max_bytes"] == BODY_LIMIT


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the parser's unfinished spool file
@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "large-1"}])
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
async def test_a_body_that_turns_out_too_large_is_refused_on_the_way(
    stand: Stand, headers: dict[str, str], kind: str
) -> None:
    async def parts() -> Any:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(BODY_LIMIT // 1000 + 1):
            yield b"x" * 1000
            await asyncio.sleep(0)
        yield b"\r\n--x--\r\n"

    path = "/api/admin/upload" if kind.startswith("multipart") else "/api/admin/loose"
    answer = await stand.client.post(path, content=parts(), headers={"content-type": kind, **headers})
    assert members(answer, 413, "body_too_large")["max_bytes"] == BODY_LIMIT
    assert await stand.names() == []
