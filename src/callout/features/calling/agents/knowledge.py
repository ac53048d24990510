"""The use cases of knowledge bases: make, change, take away; reading them is `indexing`."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.agents import knowledge_store, store
from callout.features.calling.agents.indexing import start_indexing
from callout.features.calling.agents.knowledge_schemas import KnowledgeBasePatch, NewKnowledgeBase
from callout.features.calling.agents.tables import KnowledgeBase
from callout.features.files.service import Files
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.http.writes import IfMatch

_READ = frozenset({"content", "source_urls", "file_ids", "language"})
"""Members whose change means reading anew."""


async def create_base(work: Work, files: Files, data: NewKnowledgeBase) -> KnowledgeBase:
    """Makes a knowledge base and has it read.

    Raises:
        Unprocessable: a file that does not exist or was uploaded for something else.
    """
    values = data.model_dump()
    values["language"] = data.language or (await own_tenant(work)).locale
    await _check_files(work, files, data.file_ids)
    base = KnowledgeBase(tenant_id=work.tenant_id, index_run=0, chunk_count=0)
    _assign(base, values)
    work.session.add(base)
    await work.session.flush()
    await start_indexing(work, base)
    await audit(work, "knowledge_base.create", "knowledge_base", base.id, after={"name": base.name})
    return base


async def update_base(
    work: Work, files: Files, base_id: UUID, data: KnowledgeBasePatch, if_match: IfMatch
) -> KnowledgeBase:
    """Changes the members sent; what agents know stays until the new is read.

    Raises:
        Unprocessable: nothing would be left to know, or a file as for a new base.
    """
    base = await knowledge_store.fetch(work, base_id, lock=True)
    if_match.check(base.version)
    given = data.given()
    await _check_files(work, files, given.get("file_ids") or [])
    before = {name: getattr(base, name) for name in given}
    _assign(base, given)
    if not (base.content or base.source_urls or base.file_ids):
        raise Unprocessable.at("content", "give content, source_urls or file_ids", code="required")
    changed = {name for name, value in before.items() if getattr(base, name) != value}
    if changed & _READ:
        await start_indexing(work, base)
    await work.session.flush()
    if changed:
        await audit(work, "knowledge_base.update", "knowledge_base", base.id, after={"changed": sorted(changed)})
    return base


async def delete_base(work: Work, base_id: UUID, if_match: IfMatch) -> None:
    """Takes a knowledge base away, also from the agents that looked things up in it."""
    base = await knowledge_store.fetch(work, base_id, lock=True)
    if_match.check(base.version)
    for agent in await store.knowing(work, base.id):
        agent.knowledge_base_ids = [one for one in agent.knowledge_base_ids if one != str(base.id)]
    base.deleted_at, base.chunk_count = work.now, 0
    await knowledge_store.drop_other_sources(work, base.id, [])
    await work.session.flush()
    await audit(work, "knowledge_base.delete", "knowledge_base", base.id, before={"name": base.name})


def _assign(base: KnowledgeBase, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in {"file_ids", "source_urls"}:
            setattr(base, name, list(dict.fromkeys(str(one) for one in value)))
        else:
            setattr(base, name, value)


async def _check_files(work: Work, files: Files, file_ids: Sequence[UUID]) -> None:
    for file_id in file_ids:
        try:
            file = await files.find(work, file_id)
        except NotFound as error:
            raise Unprocessable.at("file_ids", f"there is no such file: {file_id}") from error
        if file.purpose != "knowledge":
            raise Unprocessable.at("file_ids", f"upload the file with the purpose knowledge: {file_id}")
