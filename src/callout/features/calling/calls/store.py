"""The SQL of calls."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from callout.features.calling.calls.facts import LIVE, Fact
from callout.features.calling.calls.tables import Call, CallCost, CallFact, CallLatency, CallToolUse
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.ids import uuid7


def calls(work: Work) -> Select[Call]:
    """The tenant's calls."""
    return select(Call).where(Call.tenant_id == work.tenant_id)


async def find(work: Work, call_id: UUID) -> Call:
    """One call. Raises NotFound."""
    return _there((await work.session.execute(calls(work).where(Call.id == call_id))).scalar_one_or_none())


async def lock(work: Work, call_id: UUID) -> Call:
    """One call, locked until the end of the transaction and read afresh. Raises NotFound."""
    return _there(await _locked(work, calls(work).where(Call.id == call_id)))


async def of_attempt(work: Work, campaign_id: UUID, contact_id: UUID, attempt: int) -> Call | None:
    """The call of a campaign's attempt on a contact."""
    query = calls(work).where(Call.campaign_id == campaign_id, Call.contact_id == contact_id, Call.attempt == attempt)
    return (await work.session.execute(query)).scalar_one_or_none()


async def by_external(work: Work, provider: str, external_id: str) -> Call | None:
    """The call a provider knows under this id."""
    query = calls(work).where(Call.provider == provider, Call.external_id == external_id)
    return (await work.session.execute(query)).scalar_one_or_none()


async def retry_of(work: Work, call_id: UUID) -> Call | None:
    """The call that repeats another."""
    return (await work.session.execute(calls(work).where(Call.retry_of == call_id))).scalar_one_or_none()


async def by_conversation(work: Work, conversation_id: UUID) -> Call | None:
    """The call a conversation is the content of, locked."""
    return await _locked(work, calls(work).where(Call.conversation_id == conversation_id))


async def pending(work: Work, *, phone: str | None, campaign_id: UUID | None) -> Sequence[Call]:
    """Calls that wait to be dialled, to a number or of a campaign; locked, in the order of their ids."""
    query = calls(work).where(Call.status == "pending", Call.direction == "outbound")
    if phone is not None:
        query = query.where(Call.to_number == phone)
    if campaign_id is not None:
        query = query.where(Call.campaign_id == campaign_id)
    query = query.order_by(Call.id).with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalars().all()


async def live_count(work: Work, campaign_id: UUID | None = None) -> int:
    """How many calls run now, of the tenant or of one of its campaigns; test calls to a browser are left out."""
    query = select(func.count()).where(
        Call.tenant_id == work.tenant_id, Call.status.in_(LIVE), Call.kind == "phone", Call.settled_at.is_(None)
    )
    if campaign_id is not None:
        query = query.where(Call.campaign_id == campaign_id)
    return int(await work.session.scalar(query) or 0)


async def live_to(work: Work, phone: str, but: UUID | None = None) -> bool:
    """Whether a call to or from this number runs now."""
    query = select(Call.id).where(
        Call.tenant_id == work.tenant_id,
        Call.status.in_(LIVE),
        Call.settled_at.is_(None),
        (Call.to_number == phone) | (Call.from_number == phone),
    )
    if but is not None:
        query = query.where(Call.id != but)
    return (await work.session.execute(query.limit(1))).first() is not None


async def overdue(work: Work, *, ringing_since: datetime, limit: int = 200) -> Sequence[Call]:
    """Calls nobody told the end of: ringing for too long, or talking longer than they may."""
    query = (
        calls(work)
        .where(Call.settled_at.is_(None), Call.status.in_(LIVE))
        .where((Call.answered_at.is_not(None)) | (Call.dial_started_at <= ringing_since))
        .order_by(Call.id)
        .limit(limit)
    )
    return (await work.session.execute(query)).scalars().all()


async def unopened(work: Work, before: datetime, limit: int = 200) -> Sequence[Call]:
    """Test calls to a browser that nobody opened; locked, those locked by others left out."""
    query = calls(work).where(Call.kind == "browser", Call.status == "pending", Call.created_at < before)
    query = query.order_by(Call.id).limit(limit).with_for_update(skip_locked=True)
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def known_external_ids(work: Work, provider: str, external_ids: Collection[str]) -> set[str]:
    """Those of a provider's ids that belong to calls already."""
    query = select(Call.external_id).where(
        Call.tenant_id == work.tenant_id, Call.provider == provider, Call.external_id.in_(external_ids)
    )
    return {str(one) for one in (await work.session.execute(query)).scalars()}


async def keep_fact(work: Work, call: Call, fact: Fact, *, applied: bool) -> bool:
    """Keeps a report; False when it was there already."""
    statement = (
        insert(CallFact)
        .values(
            id=uuid7(),
            tenant_id=work.tenant_id,
            call_id=call.id,
            key=fact.key[:120],
            kind=fact.kind,
            source=fact.source,
            at=fact.at,
            sequence=fact.sequence,
            fact=msgspec.to_builtins(fact),
            applied=applied,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=[CallFact.call_id, CallFact.key])
        .returning(CallFact.id)
    )
    return (await work.session.execute(statement)).first() is not None


async def facts_of(work: Work, call_id: UUID) -> list[Fact]:
    """The reports a call's state is made of."""
    query = select(CallFact.fact).where(
        CallFact.tenant_id == work.tenant_id, CallFact.call_id == call_id, CallFact.applied
    )
    return [msgspec.convert(fact, Fact) for fact in (await work.session.execute(query)).scalars()]


async def all_facts(work: Work, call_id: UUID) -> Sequence[CallFact]:
    """Everything reported about a call, in the order of its moments."""
    query = select(CallFact).where(CallFact.tenant_id == work.tenant_id, CallFact.call_id == call_id)
    return (await work.session.execute(query.order_by(CallFact.at, CallFact.id))).scalars().all()


async def keep_latencies(work: Work, call_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps how long replies took; a turn reported again keeps its first figures."""
    if not rows:
        return
    own = {"tenant_id": work.tenant_id, "call_id": call_id, "created_at": work.now, "updated_at": work.now}
    statement = insert(CallLatency).values([{**row, **own, "id": uuid7(), "version": 1} for row in rows])
    await work.session.execute(statement.on_conflict_do_nothing(index_elements=[CallLatency.call_id, CallLatency.turn]))


async def latencies(work: Work, call_id: UUID) -> Sequence[CallLatency]:
    """How long the replies of a call took, in order."""
    query = select(CallLatency).where(CallLatency.tenant_id == work.tenant_id, CallLatency.call_id == call_id)
    return (await work.session.execute(query.order_by(CallLatency.turn))).scalars().all()


async def keep_cost(work: Work, call_id: UUID, row: dict[str, Any]) -> None:
    """Keeps a provider's part of the cost; an estimate never replaces what the provider told."""
    own = {"tenant_id": work.tenant_id, "call_id": call_id, "created_at": work.now, "updated_at": work.now}
    statement = insert(CallCost).values({**row, **own, "id": uuid7(), "version": 1})
    told = {
        name: statement.excluded[name] for name in ("units", "unit", "cost", "currency", "is_estimate", "updated_at")
    }
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=[CallCost.call_id, CallCost.provider, CallCost.service],
            set_=told,
            where=CallCost.is_estimate | ~statement.excluded.is_estimate,
        )
    )


async def costs(work: Work, call_id: UUID) -> Sequence[CallCost]:
    """What the parts of a call came to."""
    query = select(CallCost).where(CallCost.tenant_id == work.tenant_id, CallCost.call_id == call_id)
    return (await work.session.execute(query.order_by(CallCost.service, CallCost.provider))).scalars().all()


async def contacts_of(work: Work, rows: Sequence[Call]) -> dict[UUID | None, Contact]:
    """The people calls are with, by id."""
    ids = {row.contact_id for row in rows if row.contact_id is not None}
    if not ids:
        return {}
    query = select(Contact).where(Contact.tenant_id == work.tenant_id, Contact.id.in_(ids))
    return {row.id: row for row in (await work.session.execute(query)).scalars()}


async def tool_use(work: Work, call_id: UUID, key: str) -> CallToolUse | None:
    """What a tool answered to a key in a call."""
    query = select(CallToolUse).where(
        CallToolUse.tenant_id == work.tenant_id, CallToolUse.call_id == call_id, CallToolUse.key == key[:120]
    )
    return (await work.session.execute(query)).scalar_one_or_none()


async def recorded_before(work: Work, moment: datetime, limit: int = 100) -> Sequence[Call]:
    """Calls with a recording that ended before a moment; locked, those locked by others left out."""
    query = calls(work).where(Call.recording_file_id.is_not(None), Call.ended_at < moment).order_by(Call.id)
    query = query.limit(limit).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalars().all()


async def _locked(work: Work, query: Select[Call]) -> Call | None:
    query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(query)).scalar_one_or_none()


def _there(call: Call | None) -> Call:
    if call is None:
        raise NotFound("There is no such call.")
    return call
