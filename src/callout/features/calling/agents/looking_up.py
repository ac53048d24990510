"""Looking something up in knowledge bases, on a call or to try them out."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from callout.features.calling.agents import knowledge_store, store
from callout.features.calling.agents.knowledge_store import Passage
from callout.features.calling.agents.word_forms import config_of
from callout.kit.db.work import Work

TOP = 4
LEAST_SIMILARITY = 0.25


async def look_up(work: Work, base_ids: Iterable[UUID], text: str, *, top: int = TOP) -> list[Passage]:
    """The passages that fit best, the best first; none that hardly fits. Bases that are off are left out."""
    found = (base for base in (await store.bases(work, base_ids)).values() if base.is_active)
    by_config: dict[str, list[UUID]] = defaultdict(list)
    for base in found:
        by_config[config_of(base.language)].append(base.id)
    passages: list[Passage] = []
    for config, ids in by_config.items():
        passages += await knowledge_store.search(work, ids, config, text, top=top, least=LEAST_SIMILARITY)
    return sorted(passages, key=lambda passage: -passage.similarity)[:top]
