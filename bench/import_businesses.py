"""Measures the import of a file of businesses end to end, beside its limit: `make bench`.

The limit is what nobody can leave out: parsing the CSV, reading each phone with the library for phones, and COPY of
the cells into a table without an index; in one process, as a script would, and in as many as the import uses, which
then has next to nothing left for all the rest. The import is everything: keeping the
file, cleaning every field, recognising places told before, merging, all indexes, row-level security, counts, progress.
Both run against the same new PostgreSQL, one after the other, over the same file. Memory is what all processes of the
import together had in RAM at once (their private pages and their share of common ones); PostgreSQL is told beside.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, Self

import psutil
from generated_businesses import HEADER, write
from sqlalchemy import make_url, text

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.plans.limits import PlanLimits
from callout.features.prospecting.importing.chunks import Standing
from callout.features.prospecting.importing.context import Importing
from callout.features.prospecting.importing.jobs import start_import
from callout.features.prospecting.importing.running import run_import
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.text.phones import parse_phone
from callout.kit.workflows import DbosJobs
from callout.run import embedded_postgres
from callout.run.migrate import migrate

BLOCK = 1024 * 1024
LOOK_S = 0.5
AIM, MEMORY_AIM_MB = 0.5, 500
PHONE, COUNTRY = HEADER.index("Phone Number"), HEADER.index("Country")


class Use:
    """Looks at this process and those it started, twice a second: most memory, and processor time in all."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._ended = threading.Event()
        self._seconds: dict[int, tuple[float, float]] = {}
        self.import_mb = self.server_mb = 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    @property
    def processor_s(self) -> float:
        """Processor time of all of them since the start."""
        return sum(spent for _, spent in self._seconds.values())

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._ended.wait(LOOK_S):
            try:
                server = {self._server, *(child.pid for child in psutil.Process(self._server).children(recursive=True))}
                own = [me, *(child for child in me.children(recursive=True) if child.pid not in server)]
                self.import_mb = max(self.import_mb, sum(map(_resident_mb, own)))
                self.server_mb = max(self.server_mb, sum(_resident_mb(psutil.Process(pid)) for pid in server))
                for one in (*own, *map(psutil.Process, server)):
                    spent = sum(one.cpu_times()[:2])
                    before, _ = self._seconds.setdefault(one.pid, (spent if one.pid in {me.pid, *server} else 0.0, 0))
                    self._seconds[one.pid] = (before, spent - before)
            except psutil.Error:
                continue


def _resident_mb(process: psutil.Process) -> float:
    """Pages in RAM, of those that several processes share this one's part."""
    try:
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii")
        return int(told.split("Pss:", 1)[1].split(None, 1)[0]) / 1024
    except (OSError, IndexError):
        return float(process.memory_info().rss) / 2**20 if process.is_running() else 0.0


def limit_of(block: bytes) -> tuple[int, bytes]:
    """Parses rows, reads their phones and writes them for COPY: what every import must at least do."""
    out = io.StringIO()
    writer = csv.writer(out)
    rows = 0
    for row in csv.reader(io.StringIO(block.decode(), newline="")):
        rows += 1
        if phone := row[PHONE]:
            try:
                row[PHONE] = parse_phone(phone, row[COUNTRY])
            except ValueError:
                row[PHONE] = ""
        writer.writerow(row)
    return rows, out.getvalue().encode()


async def measure_limit(database: Database, path: Path, processes: int, most: int | None = None) -> float:
    """Rows per second of the limit, over the first `most` bytes of the file."""
    rows = 0
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_yield_to_others) as pool:
        list(pool.map(limit_of, [b""] * processes * 4))  # the processes are there before the clock starts
        started = time.perf_counter()

        async def parts() -> AsyncIterator[bytes]:
            nonlocal rows
            under_way: deque[Future[tuple[int, bytes]]] = deque()
            for block in _blocks(path, most):
                under_way.append(pool.submit(limit_of, block))
                if len(under_way) > 3 * processes:
                    count, data = await asyncio.wrap_future(under_way.popleft())
                    rows += count
                    yield data
            while under_way:
                count, data = await asyncio.wrap_future(under_way.popleft())
                rows += count
                yield data

        async with database.engine.begin() as connection:
            columns = ", ".join(f"c{number} text" for number in range(len(HEADER)))
            await connection.execute(text(f"CREATE TABLE bench_limit ({columns})"))
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.copy_to_table("bench_limit", source=parts(), format="csv")
        seconds = time.perf_counter() - started
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP TABLE bench_limit"))
    return rows / seconds


def _yield_to_others() -> None:
    os.nice(5)  # as the processes of the import do


def _blocks(path: Path, most: int | None) -> Iterator[bytes]:
    """Blocks that end with a line; the generated file has no line end within a cell."""
    with path.open("rb") as file:
        file.readline()
        while (most is None or file.tell() < most) and (block := file.read(BLOCK)):
            yield block + file.readline()


async def measure_import(database: Database, folder: Path, path: Path, processes: int | None) -> tuple[float, Standing]:
    """Rows per second end to end, and the counts."""
    tenant_id = uuid7()
    row = {
        "id": tenant_id, "name": "Bench", "slug": "bench", "country": "US", "timezone": "UTC", "currency": "USD",
        "email": "bench@bench.example", "business_hours": {}, "app_id": tenant_id.hex[-24:], "status": "active",
        "plan_code": "self_hosted", "webhook_token": tenant_id.hex,
    }  # fmt: skip
    async with database.lookup() as work:
        work.session.add(Tenant(**row))
    plans = PlanLimits(default_plan="self_hosted", upgrade_url="")
    principal = Principal.system(tenant_id)
    async with database.transaction(principal) as work:
        await plans.start(work)
    files = Files(UrlObjectStore((folder / "files").as_uri()), LinkSigner(b"bench", "http://bench.example"))
    last: list[Standing] = []

    def tell(standing: Standing) -> None:
        last[:] = [standing]
        print(f"\r  {standing.found:>9,} rows  {time.perf_counter() - started:5.1f} s", end="", flush=True)

    started = time.perf_counter()
    with path.open("rb") as stream:
        async with database.transaction(principal) as work:
            job = await start_import(
                work, filename=path.name, stream=stream, country="US", mapping={}, files=files, queued=False
            )
    importing = Importing(database, files, plans, processes=processes)
    await run_import(importing, tenant_id, job.id, job.run, tell=tell)
    seconds = time.perf_counter() - started
    print()
    return last[0].found / seconds, last[0]


async def run(rows: int, seed: int, processes: int | None) -> bool:
    """Measures both; whether the aims are met."""
    from callout.features.prospecting.importing.pool import Cleaners  # noqa: PLC0415 - only its default is looked at

    workers = Cleaners(0, processes=processes).at_once
    with tempfile.TemporaryDirectory(prefix="callout-bench-") as place, embedded_postgres.throw_away() as server:
        folder, path = Path(place), Path(place) / "businesses.csv"
        size = await asyncio.to_thread(write, path, rows, seed)
        print(f"{rows:,} rows, {size / 2**20:.0f} MB, seed {seed}; {workers} processes clean")
        migrate(server.url_owner, app_role=embedded_postgres.APP_ROLE)
        url = make_url(server.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        jobs = DbosJobs(server.url_app)
        database = Database(url, bus=Bus(), jobs=jobs, pool_size=4)
        owner = Database(
            make_url(server.url_owner).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False),
            bus=Bus(), jobs=jobs, pool_size=2, statement_timeout_ms=0,
        )  # fmt: skip
        try:
            alone = await measure_limit(owner, path, 1, size // 5)
            print(f"limit   {alone:>9,.0f} rows/s   csv, phones, COPY in one process")
            with Use(server.pid) as least:
                limit = await measure_limit(owner, path, workers)
            print(f"        {limit:>9,.0f} rows/s   in {workers}; {least.processor_s:.0f} s of processor time")
            with Use(server.pid) as use:
                speed, standing = await measure_import(database, folder, path, processes)
        finally:
            await database.close()
            await owner.close()
            jobs.close()
    print(
        f"import  {speed:>9,.0f} rows/s   {speed / alone:.2f} of the limit of one process,"
        f" {speed / limit:.2f} of that of {workers}; {use.processor_s:.0f} s of processor time"
    )
    print(f"memory  {use.import_mb:>9,.0f} MB       all processes of the import; PostgreSQL {use.server_mb:,.0f} MB")
    print(
        f"rows    {standing.found:,} found = {standing.stored:,} stored + {standing.duplicates:,} duplicates"
        f" + {standing.rejected:,} rejected; {standing.callable:,} callable"
    )
    adds_up = standing.found == rows == standing.stored + standing.duplicates + standing.rejected
    return adds_up and speed >= AIM * alone and use.import_mb < MEMORY_AIM_MB


def main() -> None:
    """Prints the figures; exit code 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20260302)
    parser.add_argument("--processes", type=int, default=None)
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(run(given.rows, given.seed, given.processes)) else 1)


if __name__ == "__main__":
    main()
