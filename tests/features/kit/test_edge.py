"""What every answer carries, whatever made it (API specification §1.7)."""

import pytest

from tests.features.kit.conftest import Stand


async def test_a_request_id_is_taken_over_or_made(stand: Stand) -> None:
    given = await stand.client.get("/api/admin/things", headers={"x-request-id": "trace-0815-abc"})
    assert given.headers["x-request-id"] == "trace-0815-abc"
    for bad in ("short", "x" * 65, "has space in", "<script>alert"):
        made = await stand.client.get("/api/admin/things", headers={"x-request-id": bad})
        assert made.headers["x-request-id"] not in {bad, ""}


async def test_answers_are_not_stored_and_not_framed(stand: Stand) -> None:
    for path in ("/api/admin/things", "/api/admin/nothing"):
        headers = (await stand.client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "origin",
    [
        "capacitor://localhost",
        "ionic://localhost",
        "http://localhost",
        "http://localhost:5173",
        "https://console.example",
    ],
)
async def test_known_origins_may_ask_from_a_browser(stand: Stand, origin: str) -> None:
    asked = {
        "origin": origin,
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, if-match, idempotency-key, content-type",
    }
    answer = await stand.client.options("/api/admin/things", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin"
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "if-match", "idempotency-key", "last-event-id"} <= allowed
    shown = await stand.client.get("/api/admin/things", headers={"origin": origin})
    assert shown.headers["access-control-allow-origin"] == origin
    assert "etag" in shown.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost.evil.example", "https://console.example.evil", "null"]
)
async def test_other_origins_are_not_told_they_may(stand: Stand, origin: str) -> None:
    asked = {"origin": origin, "access-control-request-method": "GET"}
    answer = await stand.client.options("/api/admin/things", headers=asked)
    assert "access-control-allow-origin" not in answer.headers
    shown = await stand.client.get("/api/admin/things", headers={"origin": origin})
    assert "access-control-allow-origin" not in shown.headers


async def test_lists_tell_how_to_go_on(stand: Stand) -> None:
    for number in range(5):
        thing = {"name": f"Thing {number}", "phone": f"+1305555010{number}"}
        await stand.client.post("/api/admin/things", json=thing)
    answer = await stand.client.get("/api/admin/things?limit=2&offset=2&fields=name&name=a,b&name=c")
    body = answer.json()
    assert (body["total"], body["limit"], body["offset"], len(body["items"])) == (5, 2, 2, 2)
    assert set(body["items"][0]) == {"id", "name"}
    assert answer.headers["x-total-count"] == "5"
    parts = [part.split("; ") for part in answer.headers["link"].split(", ")]
    links = {rel: target for target, rel in parts}
    offsets = {rel[5:-1]: target.split("offset=")[1].rstrip(">") for rel, target in links.items()}
    assert offsets == {"first": "0", "prev": "0", "next": "4", "last": "4"}
    assert all("name=a%2Cb" in target and "name=c" in target for target in links.values())
