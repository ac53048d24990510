"""The gateway in front of two services: who may pass, where to, and what it says itself."""

import base64
import os
import socket
import time
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.contract.gateway.stand import Stand, stand, token

from callout.services.gateway import RateLimit


@pytest.fixture(scope="module")
def gateway() -> Iterator[Stand]:
    with stand() as place:
        yield place


@pytest.fixture(scope="module")
def client(gateway: Stand) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway.url, timeout=20) as connected:
        yield connected


def problem(answer: httpx.Response, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["message"] == body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert 8 <= len(body["request_id"]) <= 64
    assert answer.headers["cache-control"] == "no-store"
    return body


def test_a_missing_token_is_refused(client: httpx.Client) -> None:
    body = problem(client.get("/api/admin/orders?ticke=t"), 401, "unauthenticated")
    assert body["instance"] == "/api/admin/orders"


def test_a_forged_token_is_refused(client: httpx.Client) -> None:
    forged = token("owner", key=Ed25519PrivateKey.generate())
    problem(client.get("/api/admin/orders", headers=forged), 401, "unauthenticated")
    wrong = token("owner", iss="https://elsewhere.test")
    problem(client.get("/api/admin/orders", headers=wrong), 401, "unauthenticated")
    problem(client.get("/api/admin/orders", headers=token("owner", aud="other")), 403, "permission_denied")


def test_an_expired_token_says_so(client: httpx.Client) -> None:
    problem(client.get("/api/vendor/orders", headers=token("vendor", age_s=2000)), 401, "token_expired")


@pytest.mark.parametrize("role", ["owner", "manager", "viewer"])
def test_admin_roles_reach_the_admin_service(client: httpx.Client, role: str) -> None:
    answer = client.get("/api/admin/orders", headers=token(role))
    assert answer.json()["service"] == "admin"
    assert answer.json()["headers"]["authorization"].startswith("Bearer ")


def test_a_role_of_the_other_side_is_refused(client: httpx.Client) -> None:
    problem(client.get("/api/admin/orders", headers=token("vendor")), 403, "permission_denied")
    problem(client.get("/api/vendor/orders", headers=token("owner")), 403, "permission_denied")
    assert client.get("/api/vendor/orders", headers=token("vendor")).json()["service"] == "vendor"


@pytest.mark.parametrize(
    "path", ["/api/admin", "/api/admin/", "/api//admin/x", "/api/shared/../admin/x", "/api/admin/x/"]
)
def test_no_spelling_of_the_path_avoids_the_check(client: httpx.Client, gateway: Stand, path: str) -> None:
    raw = socket.create_connection(("127.0.0.1", gateway.options.port))
    raw.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert raw.makefile("rb").readline().split()[1] == b"401"
    raw.close()


def test_escaped_slashes_are_refused(client: httpx.Client) -> None:
    assert client.get("/api%2Fadmin/orders").status_code == 400


def test_keys_tickets_preflights_and_open_prefixes_pass_to_the_service(client: httpx.Client) -> None:
    key = {"Authorization": "Bearer cok_abc"}
    assert client.get("/api/admin/orders", headers=key).json()["service"] == "admin"
    assert client.get("/api/admin/events?ticket=t", headers={"Accept": "*/*"}).status_code == 200
    asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "GET"}
    assert client.options("/api/vendor/orders", headers=asked).json()["service"] == "vendor"
    stale = token("owner", age_s=2000)
    for path in ("/api/shared/auth/refresh", "/api/apps/x/entities/Order", "/api/shared/public/orders/t", "/login"):
        assert client.post(path, headers=stale).json()["service"] == "vendor"


def test_each_prefix_reaches_its_service(client: httpx.Client) -> None:
    wanted = {
        "/": "admin",
        "/console/orders": "admin",
        "/docs": "admin",
        "/app/": "vendor",
        "/t/o/abc": "vendor",
        "/login/": "vendor",
        "/api/shared/meta": "vendor",
        "/api/shared/webhooks/twilio/t": "admin",
        "/.well-known/jwks.json": "vendor",
        "/ws-user-apps/socket.io/": "vendor",
    }
    for path, service in wanted.items():
        assert eventual_service(client, path, service) == service, path


def eventual_service(client: httpx.Client, path: str, wanted: str) -> str:
    """Who answers; on a busy machine a late health check sends shared paths to the other service for a moment."""
    deadline = time.monotonic() + 15
    while True:
        found: str = client.get(path).json()["service"]
        if found == wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def test_unknown_api_paths_are_json_404(client: httpx.Client) -> None:
    for path in ("/api/nothing", "/api", "/media/twilio/x", "/api/adminx"):
        problem(client.get(path), 404, "not_found")


def test_a_well_formed_request_id_is_kept_and_any_other_replaced(client: httpx.Client) -> None:
    kept = client.get("/api/shared/meta", headers={"X-Request-Id": "abc-12345"}).json()["headers"]["x-request-id"]
    assert kept == "abc-12345"
    for bad in ("short", "x" * 65, "with space in it", "semi;colon-1"):
        made = client.get("/api/shared/meta", headers={"X-Request-Id": bad}).json()["headers"]["x-request-id"]
        assert made != bad
        assert len(made) == 36
    assert (
        problem(client.get("/api/no", headers={"X-Request-Id": "abc-12345"}), 404, "not_found")["request_id"]
        == "abc-12345"
    )


def test_reads_are_repeated_after_503_and_writes_are_not(client: httpx.Client) -> None:
    read = client.get("/api/shared/flaky", headers={"x-key": "read"})
    assert read.status_code == 200
    write = client.post("/api/shared/flaky", headers={"x-key": "write"})
    assert write.status_code == 503


def test_answers_of_the_service_pass_unchanged(client: httpx.Client) -> None:
    broken = client.get("/api/apps/broken")
    assert broken.status_code == 500
    assert broken.json()["service"] == "vendor"
    assert broken.headers["ratelimit-limit"] == "77"


def test_events_arrive_as_they_are_sent(client: httpx.Client) -> None:
    started = time.monotonic()
    headers = {**token("owner"), "Accept": "text/event-stream"}
    with client.stream("GET", "/api/admin/events", headers=headers) as answer:
        arrivals = [time.monotonic() - started for _ in answer.iter_raw()]
    assert len(arrivals) >= 3
    assert arrivals[0] < 0.3
    assert arrivals[-1] > 0.7


def test_sockets_pass_both_ways(gateway: Stand) -> None:
    with socket.create_connection(("127.0.0.1", gateway.options.port)) as raw:
        nonce = base64.b64encode(os.urandom(16)).decode()
        raw.sendall(
            f"GET /ws-user-apps/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n\r\n".encode()
        )
        reader = raw.makefile("rb")
        assert b"101" in reader.readline()
        while reader.readline() != b"\r\n":
            pass
        mask, text = b"\x01\x02\x03\x04", b"hello"
        raw.sendall(bytes([0x81, 0x80 | len(text)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))
        head = reader.read(2)
        assert reader.read(head[1]) == b"vendor:hello"
        reader.close()


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: httpx.Client, gateway: Stand) -> None:
    raw = socket.create_connection(("127.0.0.1", gateway.options.port))
    raw.sendall(b"POST /api/shared/files HTTP/1.1\r\nHost: x\r\nContent-Length: 62914560\r\n\r\n")
    assert b"413" in raw.makefile("rb").readline()
    raw.close()
    assert client.post("/api/shared/files", content=b"x" * 3_000_000).json()["size"] == 3_000_000


def test_app_shells_can_read_what_the_gateway_says(client: httpx.Client) -> None:
    for origin in ("capacitor://localhost", "http://localhost:5173"):
        refused = client.get("/api/vendor/orders", headers={"Origin": origin})
        assert refused.headers["access-control-allow-origin"] == origin
    assert (
        "access-control-allow-origin"
        not in client.get("/api/vendor/x", headers={"Origin": "https://evil.example"}).headers
    )


def test_health_and_metrics(client: httpx.Client) -> None:
    health = client.get("/health")
    assert health.status_code == 200
    assert (health.json()["service"], health.json()["status"]) == ("gateway", "ok")
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready/").status_code == 200
    assert "envoy_cluster_upstream_rq_total" in client.get("/metrics").text


def test_one_service_down_leaves_the_other_and_the_shared_prefix_working() -> None:
    with stand() as place:
        place.stop("vendor")
        assert place.wait_for("/api/shared/meta", 200).json()["service"] == "admin"
        assert httpx.post(place.url + "/api/shared/auth/login").json()["service"] == "admin"
        refused = place.wait_for("/api/apps/x", 503)
        problem(refused, 503, "upstream_unavailable")
        assert place.wait_for("/health", 503).json()["status"] == "degraded"
        assert httpx.get(place.url + "/api/shared/meta").json()["service"] == "admin"
        assert httpx.get(place.url + "/api/admin/orders", headers=token("owner")).json()["service"] == "admin"
        place.start("vendor")
        place.wait_for("/api/apps/x", 200)


def test_an_empty_bucket_is_429_with_a_time_to_come_back() -> None:
    with stand(per_address=RateLimit(5, 60)) as place:
        disguises = [{"X-Forwarded-For": f"6.6.6.{last}"} for last in range(6)]
        answers = [httpx.get(place.url + "/api/shared/meta", headers=disguise) for disguise in disguises]
        assert [answer.status_code for answer in answers[:4]] == [200] * 4
        assert answers[0].headers["ratelimit-limit"] == "5"
        assert "x-ratelimit-limit" not in answers[0].headers
        refused = httpx.get(place.url + "/api/shared/meta")
        problem(refused, 429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.headers["ratelimit-remaining"] == "0"
        assert httpx.get(place.url + "/health").status_code == 200


def test_an_answer_that_takes_too_long_is_ended() -> None:
    with stand(request_timeout_s=1) as place:
        answer = httpx.get(place.url + "/api/shared/slow", headers={"x-seconds": "3"}, timeout=10)
        problem(answer, 504, "upstream_unavailable")
