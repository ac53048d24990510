"""Reading what a knowledge base is made of: one source at a time, outside any transaction, stored in the next."""

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

import msgspec

from callout.features.calling.agents import knowledge_store
from callout.features.calling.agents.chunking import chunks
from callout.features.calling.agents.documents import UnreadableDocument, checked, text_of_document
from callout.features.calling.agents.html_text import text_of_html
from callout.features.calling.agents.tables import KnowledgeBase
from callout.features.calling.events import KnowledgeIndexed
from callout.features.files import store as file_store
from callout.features.files.ports import ObjectMissingError
from callout.features.files.service import Files
from callout.features.prospecting.enrichment.ports import PageFailed, WebPages
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal

WORKFLOW = "index_knowledge"
WRITTEN = "content"
_MOST_ERROR = 300


class Source(msgspec.Struct, frozen=True):
    """One thing to read. `name` is what chunks of it are shown with, `ref` a file's id or an address."""

    kind: Literal["content", "page", "file"]
    name: str
    ref: str = ""


async def start_indexing(work: Work, base: KnowledgeBase) -> None:
    """Has a base read from now on; a run under way stores nothing more."""
    base.index_run += 1
    base.index_status, base.index_error = "pending", None
    key = f"knowledge:{base.id}:{base.index_run}"
    await work.enqueue(WORKFLOW, str(base.id), base.index_run, key=key)


class Indexer:
    """Takes a run further; every step may be repeated."""

    def __init__(self, database: Database, files: Files, pages: WebPages) -> None:
        self._database = database
        self._files = files
        self._pages = pages

    async def sources(self, tenant_id: str, base_id: str, run: int) -> list[dict[str, Any]]:
        """What there is to read."""
        async with self._work(tenant_id) as work:
            base = await _current(work, base_id, run)
            found = await _sources(work, base) if base is not None else []
        return [msgspec.to_builtins(source) for source in found]

    async def read(self, tenant_id: str, base_id: str, run: int, raw: dict[str, Any]) -> str | None:
        """Reads one source and stores its chunks; returns why that was not possible."""
        source = msgspec.convert(raw, Source)
        try:
            text = await self._text(tenant_id, base_id, source)
        except UnreadableDocument as failed:
            return f"{source.name}: {failed}"
        except PageFailed as failed:
            return f"{source.name}: {failed.message}"
        async with self._work(tenant_id) as work:
            base = await _current(work, base_id, run, lock=True)
            if base is not None:
                await knowledge_store.replace_chunks(work, base, source.name, chunks(text))
        return None

    async def finish(
        self, tenant_id: str, base_id: str, run: int, names: Sequence[str], failures: Sequence[str]
    ) -> None:
        """Ends a run: what other sources said before is gone, and the outcome is told."""
        async with self._work(tenant_id) as work:
            base = await _current(work, base_id, run, lock=True)
            if base is None or base.index_status != "pending":
                return
            base.chunk_count = await knowledge_store.drop_other_sources(work, base.id, names)
            base.index_status = "failed" if failures else "ready"
            base.index_error = " ".join(failures)[:_MOST_ERROR] or None
            base.indexed_at = work.now
            await work.publish(
                KnowledgeIndexed(
                    noun_id=base.id,
                    name=base.name,
                    status=base.index_status,
                    failure_reason=base.index_error,
                    chunks=base.chunk_count,
                )
            )

    async def _text(self, tenant_id: str, base_id: str, source: Source) -> str:
        if source.kind == "page":
            return checked(text_of_html((await self._pages.page(source.ref)).html))
        async with self._work(tenant_id) as work:
            if source.kind == "content":
                base = await knowledge_store.find(work, UUID(base_id))
                return (base.content if base is not None else None) or ""
            row = (await file_store.find_many(work, [UUID(source.ref)])).get(UUID(source.ref))
        try:
            if row is not None:
                data = b"".join([part async for part in self._files.stream(row)])
                return await text_of_document(data, row.content_type)
        except ObjectMissingError:
            pass
        raise UnreadableDocument("The file was deleted.")

    def _work(self, tenant_id: str) -> Any:
        return self._database.transaction(Principal.system(tenant_id))


async def _current(work: Work, base_id: str, run: int, *, lock: bool = False) -> KnowledgeBase | None:
    base = await knowledge_store.find(work, UUID(base_id), lock=lock)
    return base if base is not None and base.index_run == run else None


async def _sources(work: Work, base: KnowledgeBase) -> list[Source]:
    found = [Source("content", WRITTEN)] if base.content else []
    found += [Source("page", url[:400], url) for url in base.source_urls]
    file_ids = [UUID(file_id) for file_id in base.file_ids]
    files = await file_store.find_many(work, file_ids)
    names: set[str] = {source.name for source in found}
    for file_id in file_ids:
        name = files[file_id].filename if file_id in files else str(file_id)
        name = name if name not in names else f"{name} ({file_id})"
        names.add(name)
        found.append(Source("file", name, str(file_id)))
    return found
