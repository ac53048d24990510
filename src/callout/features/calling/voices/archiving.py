"""Taking a voice away: here at once, at the provider by a workflow that does not give up."""

from typing import Final
from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.calling.agents import store as agent_store
from callout.features.calling.agents.writing import stop_agents
from callout.features.calling.errors import InUse, InvalidTransition
from callout.features.calling.voices import licensing, store
from callout.features.calling.voices.changing import check_transition, move
from callout.features.calling.voices.tables import Voice
from callout.features.files.errors import FileInUse, FileMissing
from callout.features.files.service import Files
from callout.kit.db.work import Work

WORKFLOW: Final = "delete_voice_copy"
STOPPED_BY = "voice_archived"


async def delete_voice(work: Work, files: Files, voice_id: UUID, *, force: bool) -> None:
    """Archives a cloned voice and hides it; agents that speak with it stop when `force` says so.

    Raises:
        InUse: agents speak with it, and `force` is not given.
        InvalidTransition: it is being made, or belongs to the provider.
    """
    voice = await store.fetch(work, voice_id, lock=True)
    if voice.status != "archived":
        check_transition(voice, "archived")
    agents = await agent_store.with_voice(work, voice.id)
    if agents and not force:
        raise InUse("Agents speak with this voice.", agent_ids=[str(agent.id) for agent in agents])
    await archive(work, files, voice)
    voice.deleted_at = work.now
    await work.session.flush()
    await audit(work, "voice.delete", "voice", voice.id, before={"name": voice.name})


async def withdraw_consent(work: Work, files: Files, voice_id: UUID, reason: str) -> Voice:
    """Ends the speaker's agreement and with it the voice, whatever state it is in.

    Raises:
        InvalidTransition: the voice belongs to the provider.
    """
    voice = await store.fetch(work, voice_id, lock=True)
    if voice.kind != "cloned":
        words = "This voice belongs to the provider; there is no consent to withdraw."
        raise InvalidTransition(words, at=voice.status, to="archived")
    await licensing.withdraw(work, voice, reason)
    await archive(work, files, voice)
    return voice


async def archive(work: Work, files: Files, voice: Voice) -> None:
    """Ends a voice: its agents stop, its samples go, its copy at the provider is deleted. Repeating changes nothing."""
    if voice.status == "archived":
        return
    agents = await agent_store.with_voice(work, voice.id, lock=True)
    stopped = await stop_agents(work, agents, STOPPED_BY)
    if voice.external_id is not None:
        await discard_copy(work, voice, voice.external_id)
        voice.external_id = None
    preview = [str(voice.preview_file_id)] if voice.preview_file_id else []
    for file_id in (*voice.sample_file_ids, *preview):
        await _drop(work, files, UUID(file_id))
    voice.sample_file_ids, voice.preview_file_id = [], None
    await move(work, voice, "archived", stopped=stopped)


async def discard_copy(work: Work, voice: Voice, external_id: str) -> None:
    """Has the provider's voice deleted, however long the provider is away."""
    copy = await store.note_copy(work, voice, external_id)
    await work.enqueue(WORKFLOW, str(copy.id), key=f"delete-voice-copy:{copy.id}")


async def _drop(work: Work, files: Files, file_id: UUID) -> None:
    try:
        await files.delete(work, file_id)
    except (FileMissing, FileInUse):
        return
