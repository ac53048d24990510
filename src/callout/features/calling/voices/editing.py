"""Changing what a voice is called."""

from uuid import UUID

from callout.features.accounts.audit import audit
from callout.features.calling.voices import store
from callout.features.calling.voices.schemas import VoicePatch
from callout.features.calling.voices.tables import Voice
from callout.kit.db.work import Work
from callout.kit.http.writes import IfMatch


async def edit_voice(work: Work, voice_id: UUID, data: VoicePatch, if_match: IfMatch) -> Voice:
    """Changes name, description or labels."""
    voice = await store.fetch(work, voice_id, lock=True)
    if_match.check_optional(voice.version)
    before = {name: getattr(voice, name) for name in data.given()}
    for name, value in data.given().items():
        setattr(voice, name, value)
    await work.session.flush()
    after = {name: getattr(voice, name) for name in before}
    if before != after:
        await audit(work, "voice.update", "voice", voice.id, before=before, after=after)
    return voice
