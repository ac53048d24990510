"""`callout up --embedded`: everything but the gateway and the database in one process."""

import httpx

from tests.e2e.job import play
from tests.e2e.place import Up


def test_every_service_answers_by_its_name(embedded: Up) -> None:
    for setting, service in {"GATEWAY_PORT": "gateway", "ADMIN_PORT": "admin", "VENDOR_PORT": "vendor"}.items():
        health = httpx.get(embedded.place.url(setting) + "/health")
        assert (health.status_code, health.json()["service"]) == (200, service)


def test_the_main_job_is_played(embedded: Up) -> None:
    play(embedded.place, "--no-call")


def test_ctrl_c_leaves_nothing_running(embedded: Up) -> None:
    assert embedded.end() == 0
    assert embedded.place.is_gone()
