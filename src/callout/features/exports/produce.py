"""Making the file of an export: out of one snapshot, in one go, with flat memory."""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from contextlib import aclosing
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.exports import store
from callout.features.exports.errors import ExportAbandonedError
from callout.features.exports.events import ExportFailed, ExportProgressed, ExportReady
from callout.features.exports.ports import ExportSource, ExportSources, columns_of
from callout.features.exports.table_files import Layout, open_table
from callout.features.exports.tables import Export
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, TooLarge, Unprocessable
from callout.kit.principal import Principal

REPORT_EVERY_S = 2.0
CLOSED = "The business was closed."


class Order(msgspec.Struct, frozen=True):
    """What one attempt makes."""

    kind: str
    layout: Layout
    filters: dict[str, object]
    fields: list[str]
    attempt: int


class Exporter:
    """Makes files for exports."""

    def __init__(self, database: Database, files: Files, sources: ExportSources) -> None:
        self._database = database
        self._files = files
        self._sources = sources

    async def produce(self, tenant_id: str, export_id: UUID) -> None:
        """Makes the file from the start and keeps it; a finished or deleted export is left as it is.

        The file grows in an unnamed temporary file, so that a process that dies leaves nothing behind. Rows are read in
        one transaction that sees one moment; progress is told in transactions of its own.
        """
        principal = Principal.system(tenant_id)
        async with self._database.transaction(principal) as work:
            order = await self._begin(work, export_id)
        if order is None:
            return
        with tempfile.TemporaryFile() as stream:
            try:
                count = await self._write(principal, export_id, order, stream)
                await self._keep(principal, export_id, order, stream, count)
            except ExportAbandonedError as over:
                if over.reason:
                    await self.fail(tenant_id, export_id, over.reason)
            except (Unprocessable, TooLarge) as refusal:
                await self.fail(tenant_id, export_id, refusal.detail)

    async def fail(self, tenant_id: str, export_id: UUID, reason: str) -> None:
        """Ends an export that cannot be made."""
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            try:
                export = await store.find(work, export_id, lock=True)
            except NotFound:
                return
            if export.status in store.UNFINISHED:
                await _fail(work, export, reason)

    async def _begin(self, work: Work, export_id: UUID) -> Order | None:
        try:
            export = await store.find(work, export_id, lock=True)
        except NotFound:
            return None
        if export.status not in store.UNFINISHED:
            return None
        if (await own_tenant(work)).status == "closed":
            await _fail(work, export, CLOSED)
            return None
        export.status, export.started_at = "running", work.now
        export.attempt, export.progress_pct, export.row_count = export.attempt + 1, 0, None
        columns = columns_of(self._sources.of(export.kind), export.fields)
        layout = Layout(format=export.format, columns=columns, bom=export.bom)
        return Order(export.kind, layout, export.filters, export.fields, export.attempt)

    async def _write(self, principal: Principal, export_id: UUID, order: Order, stream: BinaryIO) -> int:
        """Writes all rows; returns how many."""
        source = self._sources.of(order.kind)
        count, told_at = 0, time.monotonic()
        async with self._database.snapshot(principal) as work:
            expected = await source.count(work, order.filters)
            table = await asyncio.to_thread(open_table, stream, order.layout)
            by_sheet = order.layout.has_sheets
            async with aclosing(source.rows(work, order.filters, order.fields, by_sheet=by_sheet)) as batches:
                async for batch in batches:
                    await asyncio.to_thread(table.write, batch.sheet, batch.rows)
                    count += len(batch.rows)
                    if time.monotonic() - told_at >= REPORT_EVERY_S:
                        await self._report(principal, export_id, order.attempt, count, expected)
                        told_at = time.monotonic()
            facts = await _facts(work, source, order.filters) if by_sheet else []
        await asyncio.to_thread(table.close, facts)
        return count

    async def _report(self, principal: Principal, export_id: UUID, attempt: int, count: int, expected: int) -> None:
        async with self._database.transaction(principal) as work:
            export = await _current(work, export_id, attempt)
            export.row_count, export.progress_pct = count, min(99, 100 * count // max(count, expected))
            told = ExportProgressed(
                noun_id=export.id, kind=export.kind, row_count=count, progress_pct=export.progress_pct
            )
            await work.publish(told)

    async def _keep(self, principal: Principal, export_id: UUID, order: Order, stream: BinaryIO, count: int) -> None:
        """Hands the file to the store and says that it is ready; both or neither."""
        async with self._database.transaction(principal) as work:
            name = (await _current(work, export_id, order.attempt)).filename
            until = work.now + timedelta(days=(await tenant_settings(work))["retention.exports_d"])
        async with self._database.transaction(principal) as work:
            file = await self._files.store_stream(work, "export", name, stream, expires_at=until)
            export = await _current(work, export_id, order.attempt)
            export.status, export.progress_pct, export.row_count = "ready", 100, count
            export.file_id, export.expires_at, export.finished_at = file.id, until, work.now
            ready = ExportReady(
                noun_id=export.id, kind=order.kind, format=export.format, filename=name, row_count=count
            )
            await work.publish(ready)


async def _current(work: Work, export_id: UUID, attempt: int) -> Export:
    """The export, locked. Raises ExportAbandonedError when this attempt is no longer wanted."""
    try:
        export = await store.find(work, export_id, lock=True)
    except NotFound:
        raise ExportAbandonedError from None
    if export.status != "running" or export.attempt != attempt:
        raise ExportAbandonedError
    if (await own_tenant(work)).status == "closed":
        raise ExportAbandonedError(CLOSED)
    return export


async def _fail(work: Work, export: Export, reason: str) -> None:
    export.status, export.error, export.finished_at = "failed", reason[:300], work.now
    await work.publish(ExportFailed(noun_id=export.id, kind=export.kind, error=reason[:300]))


async def _facts(work: Work, source: ExportSource, filters: Mapping[str, object]) -> list[tuple[str, object]]:
    """What the summary of a workbook says, besides the numbers of rows."""
    chosen = [(f"Filter: {name.replace('_', ' ')}", _told(value)) for name, value in filters.items()]
    return [("Exported at", work.now), *chosen, *await source.summary(work, filters)]


def _told(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
