"""What the process that carries a call's audio does with the registry: takes calls, shows that it lives, lets go."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.calling.agents.store import find as find_agent
from callout.features.calling.brain.brief import Brief, RecordingRule
from callout.features.calling.briefing import Occasion, brief_of
from callout.features.calling.calls import holds, store
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.holds import ProcessNews, Snapshot
from callout.features.calling.calls.reporting import apply_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.calls.tokens import read_token, token_hash
from callout.features.calling.compliance.recording import recording_rule
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.principal import Principal


class AgentVoice(msgspec.Struct, frozen=True, kw_only=True):
    """How the agent sounds; `voice_id` is our own id of the voice."""

    voice_id: UUID
    tts_model: str
    stability: float
    similarity_boost: float
    style: float
    use_speaker_boost: bool
    speed: float
    language: str
    llm_provider: str | None
    llm_model: str
    temperature: float
    max_tokens: int


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is this process's to carry.

    Attributes:
        brief: what the agent knows.
        voice: of the agent: the voice's row, the model and its settings.
        external_id: the provider's id, once it is known.
        created_at: when the call was placed.
    """

    tenant_id: UUID
    call_id: UUID
    agent_id: UUID
    direction: str
    kind: str
    mode: str
    provider: str | None
    external_id: str | None
    phone: str
    brief: Brief
    voice: AgentVoice
    created_at: datetime


class Listening(msgspec.Struct, frozen=True, kw_only=True):
    """Where the audio of a call is: the process and its own address."""

    process: str
    url: str


async def claim(
    database: Database,
    token: str,
    process: str,
    *,
    kind: Literal["phone", "browser"] = "phone",
    call_id: UUID | None = None,
    recording: RecordingRule | None = None,
    use_llm: bool = False,
) -> Claimed | None:
    """Takes the call a media token is for; None when it is not good for it, or the call is over.

    Args:
        database: opens a transaction of the call's tenant.
        token: as it came with the media stream.
        process: id of the process that asks.
        kind: what carries the audio; a token for the other kind stays as it is.
        call_id: the only call that may be taken, where the caller showed a ticket for one.
        recording: the rule in force for the callee; that of `recording_rule` unless given.
        use_llm: whether the process can reach a language model.
    """
    named = read_token(token)
    if named is None or call_id not in {None, named.call_id}:
        return None
    async with database.transaction(Principal.system(named.tenant_id)) as work:
        try:
            call = await store.lock(work, named.call_id)
        except NotFound:
            return None
        if call.kind != kind or not _is_good(work, call, token):
            return None
        call.media_token_hash = None
        call.media_joined_at = work.now
        await holds.hold(work, call, process)
        await apply_fact(work, call, Fact(kind="answered", at=work.now, source="media"))
        return await _claimed(work, call, recording, use_llm=use_llm)


async def preview(work: Work, call_id: UUID) -> Claimed | None:
    """What a process that takes the call will be given, without taking it; None where there is no agent any more.

    Raises:
        NotFound: no such call.
    """
    return await _claimed(work, await store.find(work, call_id), None, use_llm=False)


async def heartbeat(database: Database, process: str, calls: Mapping[tuple[UUID, UUID], Snapshot]) -> None:
    """Shows that the process still carries these calls; keys are (tenant, call)."""
    by_tenant: dict[UUID, dict[UUID, Snapshot]] = defaultdict(dict)
    for (tenant_id, call_id), snapshot in calls.items():
        by_tenant[tenant_id][call_id] = snapshot
    for tenant_id, own in by_tenant.items():
        async with database.transaction(Principal.system(tenant_id)) as work:
            await holds.beat(work, process, own)


async def release(database: Database, tenant_id: UUID, call_id: UUID) -> None:
    """Lets go of a call whose audio has ended."""
    async with database.transaction(Principal.system(tenant_id)) as work:
        await holds.release_all(work, call_id)


async def announce(database: Database, news: ProcessNews) -> None:
    """Shows that the process is there and how it is; every few seconds."""
    async with database.lookup() as work:
        await holds.announce(work, news)


async def withdraw(database: Database, process: str) -> None:
    """Strikes a process that ends."""
    async with database.lookup() as work:
        await holds.withdraw(work, process)


async def begin_listening(work: Work, call_id: UUID) -> Listening | None:
    """Where to listen in, written down in the audit trail; None when the audio is with nobody.

    Raises:
        NotFound: no such call.
    """
    await store.find(work, call_id)
    held = await holds.holder(work, call_id)
    process = await holds.process_of(work, held.process) if held else None
    if process is None:
        return None
    await audit(work, "recording.listen", "call", call_id, after={"live": True})
    return Listening(process=process.id, url=process.url)


def _is_good(work: Work, call: Call, token: str) -> bool:
    return (
        call.media_token_hash == token_hash(token)
        and call.media_token_until is not None
        and work.now <= call.media_token_until
        and call.settled_at is None
    )


async def _claimed(work: Work, call: Call, recording: RecordingRule | None, *, use_llm: bool) -> Claimed | None:
    agent = await find_agent(work, call.agent_id)
    if agent is None:
        return None
    phone = call.to_number if call.direction == "outbound" else call.from_number or ""
    occasion = Occasion(
        call_id=str(call.id),
        phone=phone or None,
        direction=call.direction,
        script=call.script,
        knowledge_base_ids=tuple(UUID(one) for one in call.knowledge_base_ids),
        variables=call.variables,
        max_duration_s=call.max_duration_s,
        recording=recording or await recording_rule(work, phone if call.kind == "phone" else None),
    )
    return Claimed(
        tenant_id=work.tenant_id,
        call_id=call.id,
        agent_id=call.agent_id,
        direction=call.direction,
        kind=call.kind,
        mode=call.mode,
        provider=call.provider,
        external_id=call.external_id,
        phone=phone,
        brief=await brief_of(work, agent, occasion, use_llm=use_llm),
        voice=AgentVoice(
            voice_id=agent.voice_id,
            tts_model=agent.tts_model,
            stability=float(agent.stability),
            similarity_boost=float(agent.similarity_boost),
            style=float(agent.style),
            use_speaker_boost=agent.use_speaker_boost,
            speed=float(agent.speed),
            language=agent.language,
            llm_provider=agent.llm_provider,
            llm_model=agent.llm_model,
            temperature=float(agent.temperature),
            max_tokens=agent.max_tokens,
        ),
        created_at=call.created_at,
    )
