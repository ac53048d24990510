"""The first words of a call, made while it rings."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from callout.features.calling.calls import live
from callout.features.calling.calls.live import AgentVoice
from callout.features.calling.hosting.ahead import SpeechAhead
from callout.features.calling.hosting.voice_choice import VoiceChoice
from callout.features.calling.ports import VoiceAccess
from callout.features.calling.voices.tables import Voice
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.principal import Principal


class FirstWords:
    """Gets an agent's first words ready: `await first_words(tenant, call)`."""

    def __init__(self, database: Database, voices: VoiceAccess, ahead: SpeechAhead) -> None:
        """Takes where calls are kept, who speaks, and what remembers speech."""
        self._database, self._voices, self._ahead = database, voices, ahead

    async def __call__(self, tenant_id: UUID, call_id: UUID) -> None:
        """Makes them where they are not made yet.

        Raises:
            NotFound: no such call.
        """
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            claimed = await live.preview(work, call_id)
            chosen = await self._voices.speech_of(work)
            voice = await voice_of(work, claimed.voice) if claimed is not None else None
            if claimed is None or chosen is None or voice is None:
                return
            now = work.now
        await self._ahead.audio_of(tenant_id, chosen.adapter, voice.first_words(claimed.brief, now), now)


async def voice_of(work: Work, sound: AgentVoice) -> VoiceChoice | None:
    """The agent's voice at the provider; None when the provider does not have it."""
    query = select(Voice.external_id).where(Voice.tenant_id == work.tenant_id, Voice.id == sound.voice_id)
    external_id = await work.session.scalar(query)
    if external_id is None:
        return None
    return VoiceChoice(
        voice=external_id,
        model=sound.tts_model,
        stability=sound.stability,
        similarity_boost=sound.similarity_boost,
        style=sound.style,
        use_speaker_boost=sound.use_speaker_boost,
        speed=sound.speed,
    )
