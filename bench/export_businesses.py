"""Measures exports of businesses end to end, beside their limit: rows per second and memory.

An export is everything: one snapshot read by cursor under row-level security, cells guarded and typed, the file
written, hashed and kept. The limit is csv.writer alone, on tuples that are ready in memory. Memory is what this
process has in RAM beyond what it had before, at a tenth of the rows and at all of them: the two should hardly differ.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import tempfile
import threading
import time
from contextlib import aclosing
from itertools import islice
from pathlib import Path
from typing import Any, Self

import psutil
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from callout.adapters.object_store import UrlObjectStore
from callout.features.accounts.tables import Tenant
from callout.features.exports import store
from callout.features.exports.ports import ExportSources
from callout.features.exports.produce import Exporter
from callout.features.exports.request import request_export
from callout.features.files.links import LinkSigner
from callout.features.files.service import Files
from callout.features.prospecting.exporting.sources import prospecting_sources
from callout.kit.db.database import Database
from callout.kit.events import Bus
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.workflows import DbosJobs
from callout.run import embedded_postgres
from callout.run.migrate import migrate

LOOK_S = 0.05
READY = 50_000
"""Tuples held ready for the limit."""
FILL = """
INSERT INTO businesses (id, tenant_id, source, place_id, name, address, city, country, phone, phone_raw, website, email,
  category, subcategories, rating, review_count, lat, lng, hours, description, photos, reviews, is_verified, timezone,
  provenance, scraped_at, last_seen_at, job_ids, dedupe_key, call_priority, best_time_to_call, tags, status, edited,
  created_at, updated_at, version)
SELECT uuidv7(), :tenant, 'upload', 'place-' || i, 'Golden Oak Dental & Sons ' || i,
  i || ' Main Street, Austin, TX 78701', 'Austin', 'US', '+1512' || (2000000 + i), '(512) ' || i,
  'https://golden-oak-' || i || '.example',
  'office@golden-oak-' || i || '.example', 'Dental clinic', '["Dentist", "Orthodontist"]', (i % 50) / 10.0, i % 900,
  30.2 + i / 1e7, -97.7 - i / 1e7, '{"Monday": "9 AM-5 PM", "Tuesday": "9 AM-5 PM", "Friday": "9 AM-1 PM"}',
  '=Family practice, "gentle" and near you. ' || repeat('Open since 1990. ', 5),
  jsonb_build_array('https://pictures.example/' || i || '/1.jpg', 'https://pictures.example/' || i || '/2.jpg'), '[]',
  i % 2 = 0,
  'America/Chicago', '{"name": {"source": "upload", "job": "j"}}', now(), now(), '[]', 'key' || i,
  (array['high', 'medium', 'low'])[1 + i % 3], '10:00-16:00', '[]', 'new', '[]', now(), now(), 1
FROM generate_series(1, :rows) i
"""


class Memory:
    """The most this process has in RAM while open, beyond what it had at first, in MB."""

    def __enter__(self) -> Self:
        self._process = psutil.Process()
        self._before, self.most = self._process.memory_info().rss, 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_S):
            self.most = max(self.most, (self._process.memory_info().rss - self._before) / 2**20)


async def exported(database: Database, exporter: Exporter, tenant: Any, **wanted: Any) -> tuple[int, float, float]:
    """Makes one export. Returns its rows, its seconds and the MB it took."""
    source = ExportSources(prospecting_sources()).of("businesses")
    async with database.transaction(Principal.system(tenant)) as work:
        export = await request_export(work, source, **wanted)
    with Memory() as memory:
        started = time.perf_counter()
        await exporter.produce(str(tenant), export.id)
        seconds = time.perf_counter() - started
    async with database.transaction(Principal.system(tenant)) as work:
        made = await store.find(work, export.id)
        if made.status != "ready":
            raise SystemExit(f"the export is {made.status}: {made.error}")
        return made.row_count or 0, seconds, memory.most


async def limit(database: Database, tenant: Any, fields: list[str], rows: int) -> float:
    """Rows per second of csv.writer on tuples that are ready."""
    source = ExportSources(prospecting_sources()).of("businesses")
    ready: list[Any] = []
    async with (
        database.snapshot(Principal.system(tenant)) as work,
        aclosing(source.rows(work, {}, fields)) as batches,
    ):
        async for batch in batches:
            ready += map(tuple, islice(batch.rows, READY - len(ready)))
            if len(ready) >= READY:
                break
    started, written = time.perf_counter(), 0
    while written < rows:
        csv.writer(io.StringIO(newline="")).writerows(ready)
        written += len(ready)
    return written / (time.perf_counter() - started)


async def filled(database: Database, rows: int) -> Any:
    """A tenant with so many businesses."""
    tenant_id = uuid7()
    async with database.lookup() as work:
        work.session.add(
            Tenant(
                id=tenant_id, name="Bench", slug=f"bench-{tenant_id.hex[-12:]}", country="US", timezone="UTC",
                currency="USD", email="bench@bench.example", business_hours={}, app_id=tenant_id.hex[-24:],
                status="active", plan_code="self_hosted", webhook_token=tenant_id.hex,
            )
        )  # fmt: skip
    async with database.transaction(Principal.system(tenant_id)) as work:
        await work.session.execute(text("SET LOCAL statement_timeout = 0"))
        await work.session.execute(text(FILL), {"tenant": tenant_id, "rows": rows})
    return tenant_id


async def analysed(url: str) -> None:
    """What autovacuum does within a minute."""
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM ANALYZE businesses"))
    await engine.dispose()


async def measure(rows: int, formats: list[str], *, everything: bool) -> None:
    """Prints a line for each format and size."""
    with embedded_postgres.throw_away() as server, tempfile.TemporaryDirectory() as folder:
        migrate(server.url_owner, app_role=embedded_postgres.APP_ROLE)
        url = make_url(server.url_app).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        jobs = DbosJobs(server.url_app)
        database = Database(url, bus=Bus(), jobs=jobs)
        files = Files(UrlObjectStore(Path(folder).as_uri()), LinkSigner(b"bench", "http://bench.test"))
        exporter = Exporter(database, files, ExportSources(prospecting_sources()))
        try:
            small, whole = await filled(database, rows // 10), await filled(database, rows)
            await analysed(server.url_owner)
            print(f"{'':24}{'rows/s':>10}{'seconds':>10}{'MB, a tenth':>14}{'MB, all':>10}")
            for name in formats:
                wanted = {"format": name, "filters": {}, "everything": everything}
                _, _, little = await exported(database, exporter, small, **wanted)
                count, seconds, much = await exported(database, exporter, whole, **wanted)
                print(f"{name + (', every field' if everything else ''):24}{count / seconds:>10,.0f}{seconds:>10.1f}"
                      f"{little:>14.0f}{much:>10.0f}")  # fmt: skip
            source = ExportSources(prospecting_sources()).of("businesses")
            fields = [column.name for column in source.columns] if everything else list(source.defaults)
            print(f"{'csv.writer alone':24}{await limit(database, whole, fields, rows):>10,.0f}")
        finally:
            await database.close()
            jobs.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--formats", default="csv,json,xlsx")
    parser.add_argument("--everything", action="store_true", help="every field instead of the usual ones")
    given = parser.parse_args()
    asyncio.run(measure(given.rows, given.formats.split(","), everything=given.everything))


if __name__ == "__main__":
    main()
