"""The SQL of knowledge bases and their chunks."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Select, Uuid, bindparam, delete, func, insert, select, text

from callout.features.calling.agents.tables import KnowledgeBase, KnowledgeChunk
from callout.features.calling.agents.word_forms import config_of, searchable
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7

_SEARCH = text("""
WITH asked AS (SELECT to_tsvector(CAST(:config AS regconfig), :text) AS words,
                      replace(CAST(plainto_tsquery(CAST(:config AS regconfig), :text) AS text), '&', '|') AS any_word),
     mine AS (SELECT id, search FROM knowledge_chunks
              WHERE tenant_id = :tenant_id AND knowledge_base_id = ANY(:base_ids)),
     held AS (SELECT count(*) AS chunks FROM mine),
     wanted AS (SELECT lexeme FROM asked, unnest(asked.words)),
     near AS (SELECT mine.id, mine.search FROM mine, asked
              WHERE asked.any_word <> '' AND mine.search @@ CAST(asked.any_word AS tsquery)),
     hits AS (SELECT near.id, wanted.lexeme FROM near CROSS JOIN LATERAL unnest(near.search) AS word
              JOIN wanted ON wanted.lexeme = word.lexeme),
     weights AS (SELECT wanted.lexeme,
                        1 + ln((held.chunks + 1)::float / (count(hits.id) + 1)) AS weight
                 FROM held CROSS JOIN wanted LEFT JOIN hits ON hits.lexeme = wanted.lexeme
                 GROUP BY wanted.lexeme, held.chunks),
     scored AS (SELECT hits.id, sum(weights.weight) / (SELECT sum(weight) FROM weights) AS similarity
                FROM hits JOIN weights ON weights.lexeme = hits.lexeme GROUP BY hits.id)
SELECT chunk.text, chunk.source, chunk.knowledge_base_id, scored.similarity,
       ts_rank_cd(chunk.search, CAST(asked.any_word AS tsquery)) AS rank
FROM scored JOIN knowledge_chunks AS chunk ON chunk.id = scored.id CROSS JOIN asked
WHERE scored.similarity >= :least
ORDER BY scored.similarity DESC, rank DESC, chunk.id LIMIT :top
""").bindparams(bindparam("base_ids", type_=ARRAY(Uuid(as_uuid=True))), bindparam("tenant_id", type_=Uuid()))
"""Similarity is the share of the asked words a chunk holds, each word weighing 1 + ln((N + 1) / (n + 1)) where n of the
N chunks hold it (smoothed inverse document frequency); word forms and stop words are those of the language."""


class Passage(msgspec.Struct, frozen=True):
    """A chunk that was found. `similarity` is 0..1."""

    chunk: str
    similarity: float
    source: str
    knowledge_base_id: UUID


def bases(work: Work) -> Select[KnowledgeBase]:
    """The tenant's knowledge bases."""
    return select(KnowledgeBase).where(KnowledgeBase.tenant_id == work.tenant_id, KnowledgeBase.deleted_at.is_(None))


async def fetch(work: Work, base_id: UUID, *, lock: bool = False) -> KnowledgeBase:
    """One knowledge base. Raises NotFound."""
    row = await find(work, base_id, lock=lock)
    if row is None:
        raise NotFound
    return row


async def find(work: Work, base_id: UUID, *, lock: bool = False) -> KnowledgeBase | None:
    """One knowledge base, if there is one."""
    query = bases(work).where(KnowledgeBase.id == base_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


async def replace_chunks(work: Work, base: KnowledgeBase, source: str, texts: Sequence[str]) -> None:
    """Puts what a source says now in the place of what it said before."""
    await work.session.execute(
        delete(KnowledgeChunk).where(
            KnowledgeChunk.tenant_id == work.tenant_id,
            KnowledgeChunk.knowledge_base_id == base.id,
            KnowledgeChunk.source == source,
        )
    )
    config = config_of(base.language)
    rows: list[dict[str, Any]] = [
        {
            "id": uuid7(), "tenant_id": work.tenant_id, "knowledge_base_id": base.id, "source": source, "text": piece,
            "position": position, "words": searchable(piece), "version": 1, "created_at": work.now,
            "updated_at": work.now, "created_by_role": "system",
        }
        for position, piece in enumerate(texts)
    ]  # fmt: skip
    if not rows:
        return
    statement = insert(KnowledgeChunk).values(search=func.to_tsvector(text(f"'{config}'"), bindparam("words")))
    await work.session.execute(statement, rows)


async def drop_other_sources(work: Work, base_id: UUID, kept: Iterable[str]) -> int:
    """Deletes what comes from sources a base no longer has; returns how many chunks are left."""
    await work.session.execute(
        delete(KnowledgeChunk).where(
            KnowledgeChunk.tenant_id == work.tenant_id,
            KnowledgeChunk.knowledge_base_id == base_id,
            KnowledgeChunk.source.not_in(list(kept)),
        )
    )
    query = select(func.count()).where(
        KnowledgeChunk.tenant_id == work.tenant_id, KnowledgeChunk.knowledge_base_id == base_id
    )
    return int(await work.session.scalar(query) or 0)


async def search(
    work: Work, base_ids: Sequence[UUID], config: str, asked: str, *, top: int, least: float
) -> list[Passage]:
    """The chunks of some bases of one language that are most like the words asked for."""
    values = {
        "tenant_id": work.tenant_id, "base_ids": list(base_ids), "config": config, "text": searchable(asked),
        "top": top, "least": least,
    }  # fmt: skip
    rows = await work.session.execute(_SEARCH, values)
    return [Passage(row.text, round(float(row.similarity), 4), row.source, row.knowledge_base_id) for row in rows]
