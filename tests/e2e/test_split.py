"""`callout up`: every part in a process of its own. The tests share one system and leave it running."""

import asyncio
import socket
import time
from pathlib import Path

import httpx
import pytest

from callout.run.demo.client import Client
from callout.run.seed import DemoLogin
from tests.e2e.job import play
from tests.e2e.owner import login_of
from tests.e2e.place import Place, Up
from tests.e2e.vendors_at_work import offered_job, work_through

BACK_WITHIN_S = 60.0


def test_every_service_answers_by_its_name(split: Up) -> None:
    for setting, service in {"GATEWAY_PORT": "gateway", "ADMIN_PORT": "admin", "VENDOR_PORT": "vendor"}.items():
        health = httpx.get(split.place.url(setting) + "/health")
        assert (health.status_code, health.json()["service"]) == (200, service)
    refused = httpx.get(split.place.url() + "/api/admin/orders")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


def test_the_doctor_finds_it_well(split: Up) -> None:
    examined = split.place.call("doctor")
    assert examined.returncode == 0, examined.stdout


def test_a_second_up_says_that_it_is_running(split: Up) -> None:
    second = split.place.call("up")
    assert second.returncode == 1
    assert "already running" in second.stderr


@pytest.mark.timeout(500)
def test_the_main_job_is_played_again_and_again(split: Up, shared_data: Path) -> None:
    first = play(split.place)
    second = play(split.place, "--no-call", "--data", str(shared_data))
    assert int(first.removeprefix("INV-")) < int(second.removeprefix("INV-"))


async def test_vendors_work_on_while_the_admin_service_is_down(split: Up) -> None:
    place = split.place
    job = await offered_job(place)
    admin = place.process("admin")
    assert admin is not None
    admin.kill()
    admin.wait(10)
    with _held(place.ports["ADMIN_PORT"]):
        refused = await _unavailable(place)
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "upstream_unavailable"
        order = await work_through(place, job)
        assert order["status"] == "completed"
    await _answers(place, "admin")


async def test_it_is_killed_and_finds_everything_again(split: Up) -> None:
    login = login_of(split.place)
    before = await _invoices(split.place, login)
    split.kill()
    assert split.place.is_gone()
    split.start_again()
    split.wait()
    assert await _invoices(split.place, login) == before
    assert before


def test_ctrl_c_leaves_nothing_running(split: Up) -> None:
    assert split.end() == 0
    assert split.place.is_gone()


class _held:  # noqa: N801 - a context manager
    """Keeps a port from being listened to."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port = port

    def __enter__(self) -> None:
        self._socket.bind(("127.0.0.1", self._port))

    def __exit__(self, *_: object) -> None:
        self._socket.close()


async def _unavailable(place: Place) -> httpx.Response:
    """The gateway's answer once it knows that nobody serves admins."""
    deadline = time.monotonic() + BACK_WITHIN_S
    client = Client(place.url())
    try:
        await client.sign_in(*login_of(place))
    finally:
        await client.close()
    headers = {"Authorization": f"Bearer {client.token}"}
    async with httpx.AsyncClient(base_url=place.url(), headers=headers) as http:
        while (answer := await http.get("/api/admin/orders")).status_code != httpx.codes.SERVICE_UNAVAILABLE:
            assert time.monotonic() < deadline, answer.text
    return answer


async def _answers(place: Place, service: str) -> None:
    deadline = time.monotonic() + BACK_WITHIN_S
    async with httpx.AsyncClient(timeout=5) as http:
        while True:
            try:
                if (await http.get(place.url(f"{service.upper()}_PORT") + "/health")).is_success:
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < deadline, f"{service} did not come back"
            await asyncio.sleep(0.2)


async def _invoices(place: Place, login: DemoLogin) -> list[tuple[str, str, str]]:
    client = Client(place.url())
    try:
        await client.sign_in(*login)
        items = (await client.get("/api/admin/invoices", limit=200))["items"]
        return sorted((item["number"], item["status"], item["total_amount"]) for item in items)
    finally:
        await client.close()
