"""An uploaded file comes in by itself, and a job that cannot go on ends."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from callout.features.prospecting.importing import chunks
from callout.features.prospecting.merging import merge_staged
from callout.features.prospecting.workflows import register
from callout.kit.workflows import Workflows
from tests.features.prospecting.conftest import SCRAPER, Office, Town


@pytest.fixture
async def worker(town: Town, postgres: Any) -> AsyncIterator[None]:
    flows = Workflows()
    register(flows, town.database, files=town.files, plans=town.plans)
    await flows.launch(postgres.url_app, executor_id=f"test-{uuid4().hex[:8]}", polling_s=0.05)
    yield
    await flows.shutdown(10)


async def finished(office: Office, job_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            job = await office.get(f"{SCRAPER}/jobs/{job_id}")
            if job["finished_at"]:
                return job
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("worker")
async def test_an_upload_is_taken_by_the_worker_to_its_end(
    office: Office, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([True, False, True])
    merge = merge_staged

    async def unsteady(*given: Any, **named: Any) -> Any:
        if next(failures, False):
            raise ConnectionResetError
        return await merge(*given, **named)

    monkeypatch.setattr(chunks, "merge_staged", unsteady)
    data = (shared_data / "businesses/gosom_v43_socal_clinics.csv").read_bytes()
    job_id = (await office.upload(data)).json()["id"]
    job = await finished(office, job_id)
    assert (job["status"], job["found"], job["stored"], job["duplicates"]) == ("completed", 427, 401, 26)


@pytest.mark.usefixtures("worker")
async def test_a_job_whose_file_is_gone_is_given_up(
    town: Town, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise FileNotFoundError

    monkeypatch.setattr(town.files, "stream", gone)
    job = await finished(office, (await office.upload("name\nJoe\n")).json()["id"])
    assert (job["status"], job["stop_reason"], job["errors"][-1]["code"]) == ("failed", "error", "internal")
