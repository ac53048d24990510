"""/api/admin/calling-agents/knowledge-bases: what agents may look up."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.permissions import allow
from callout.features.calling.agents import knowledge, knowledge_store
from callout.features.calling.agents.knowledge_schemas import (
    KnowledgeBasePatch,
    KnowledgeQuery,
    NewKnowledgeBase,
    Question,
)
from callout.features.calling.agents.looking_up import look_up
from callout.features.calling.agents.tables import KnowledgeBase
from callout.features.calling.desk import CallingDesk
from callout.features.prospecting import store as paging
from callout.features.prospecting.views import columns_of
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/calling-agents/knowledge-bases"
ONE = "/{knowledge_base_id:uuid}"


@get("/", guards=[allow("knowledge_base.read")], filters=KnowledgeQuery)
async def list_bases(request: Request[Any, Any, Any], work: Work, filters: Filtered[KnowledgeQuery]) -> Response[Any]:
    """The knowledge bases of the business, without their content."""
    query = knowledge_store.bases(work)
    if filters.q:
        query = query.where(KnowledgeBase.name.icontains(filters.q, autoescape=True))
    if filters.is_active is not None:
        query = query.where(KnowledgeBase.is_active.is_(filters.is_active))
    if filters.index_status:
        query = query.where(KnowledgeBase.index_status.in_(filters.index_status))
    rows, total = await paging.page(
        work, query, KnowledgeBase, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    return listed(filters, [_view(row, "content") for row in rows], total, request=request)


@get(ONE, guards=[allow("knowledge_base.read")])
async def get_base(work: Work, knowledge_base_id: UUID) -> Response[Any]:
    """One knowledge base."""
    return _answer(await knowledge_store.fetch(work, knowledge_base_id))


@post("/", guards=[allow("knowledge_base.create")])
async def create_base(work: Work, data: NewKnowledgeBase, calling_desk: CallingDesk) -> Response[Any]:
    """Makes a knowledge base; it is read in the background."""
    base = await knowledge.create_base(work, calling_desk.files, data)
    return created(_view(base), f"{PREFIX}/{base.id}")


@patch(ONE, guards=[allow("knowledge_base.update")])
async def update_base(
    work: Work, knowledge_base_id: UUID, data: KnowledgeBasePatch, if_match: IfMatch, calling_desk: CallingDesk
) -> Response[Any]:
    """Changes a knowledge base; it is read anew where its sources changed."""
    return _answer(await knowledge.update_base(work, calling_desk.files, knowledge_base_id, data, if_match))


@delete(ONE, guards=[allow("knowledge_base.delete")])
async def delete_base(work: Work, knowledge_base_id: UUID, if_match: IfMatch) -> None:
    """Takes a knowledge base away, also from its agents."""
    await knowledge.delete_base(work, knowledge_base_id, if_match)


@post(f"{ONE}/query", guards=[allow("knowledge_base.read", roles="OM")], status_code=200)
async def query_base(work: Work, knowledge_base_id: UUID, data: Question) -> list[dict[str, Any]]:
    """What an agent would find."""
    base = await knowledge_store.fetch(work, knowledge_base_id)
    found = await look_up(work, [base.id], data.text, top=data.top)
    return [{"chunk": one.chunk, "similarity": one.similarity, "source": one.source} for one in found]


def _answer(base: KnowledgeBase) -> Response[Any]:
    return versioned(_view(base), base.version)


def _view(base: KnowledgeBase, *hidden: str) -> dict[str, Any]:
    return columns_of(base, "deleted_at", "index_run", *hidden)


router = Router(
    PREFIX,
    route_handlers=[list_bases, get_base, create_base, update_base, delete_base, query_base],
    tags=["Knowledge bases"],
)
