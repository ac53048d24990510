"""`callout import`: a file of any size comes in, also when the command is killed on the way."""

import asyncio
import csv
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from tests.features.prospecting.conftest import Office

ROWS = 60_000


def environment(postgres: Any, folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CALLOUT", "DATABASE"))}
    return kept | {
        "CALLOUT_STATE_DIR": str(folder / "state"),
        "DATABASE_URL": postgres.url_app,
        "DATABASE_OWNER_URL": postgres.url_owner,
        "COLUMNS": "200",
    }


async def command(postgres: Any, folder: Path, *given: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callout", "import", *given, cwd=folder, env=environment(postgres, folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


async def slug_of(office: Office) -> str:
    async with office.work() as work:
        found = await work.session.execute(text("SELECT slug FROM tenants WHERE id = :id"), {"id": office.tenant_id})
        return str(found.scalar_one())


async def figures(office: Office) -> tuple[int, int]:
    """Rows a job has found, and businesses there are."""
    async with office.work() as work:
        found = await work.session.execute(text("SELECT coalesce(max(found), 0) FROM scrape_jobs"))
        stored = await work.session.execute(text("SELECT count(*) FROM businesses"))
        return int(found.scalar_one()), int(stored.scalar_one())


async def test_a_file_comes_in_although_the_command_is_killed_and_is_told_to_the_end(
    postgres: Any, office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "large list.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Firma", "Phone", "Place ID", "Address"])
        writer.writerows(
            [
                "" if n % 1000 == 7 else f"Shop {n}",
                f"(305) 555-{n % 10000:04d}",
                f"p{n // 10000}-{n % 10000}",
                f"{n} Main St",
            ]
            for n in range(ROWS)
        )
    given = (path.name, "--tenant", await slug_of(office), "--map", "Firma=name")
    first = await command(postgres, tmp_path, *given)
    async with asyncio.timeout(120):
        while (await figures(office))[0] == 0:
            assert first.returncode is None, (await first.communicate())[0].decode()
            await asyncio.sleep(0.1)
    os.killpg(first.pid, signal.SIGKILL)
    await first.wait()
    done, _ = await figures(office)
    assert 0 < done < ROWS
    second = await command(postgres, tmp_path, *given)
    told = (await second.communicate())[0].decode()
    assert second.returncode == 0, told
    assert "Going on with the import of this file where it was" in told
    assert "completed: 60,000 rows = 9,990 new + 49,950 known before + 60 rejected" in told
    assert (await figures(office)) == (ROWS, 9_990)
    with (tmp_path / "large list-rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        rejected = list(csv.reader(file))
    assert (len(rejected), rejected[0][3:], rejected[1][:2]) == (
        61,
        ["Firma", "Phone", "Place ID", "Address"],
        ["9", "name"],
    )


async def test_what_cannot_be_imported_is_said_in_a_line(postgres: Any, office: Office, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"name,phone\n")
    process = await command(postgres, tmp_path, "empty.csv", "--tenant", await slug_of(office))
    told = (await process.communicate())[0].decode()
    assert (process.returncode, "no rows below its header" in told, "Traceback" in told) == (1, True, False)
    process = await command(postgres, tmp_path, "empty.csv", "--tenant", "nobody")
    told = (await process.communicate())[0].decode()
    assert (process.returncode, "no business 'nobody'" in told) == (1, True)
    process = await command(postgres, tmp_path, "empty.csv", "--map", "x=colour")
    told = (await process.communicate())[0].decode()
    assert (process.returncode, "must be one of" in told) == (1, True)
