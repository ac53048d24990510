"""A sentence to judge a new voice by."""

from typing import Final
from uuid import UUID

from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.ports import ProviderFailed, Utterance, VoiceAccess
from callout.features.calling.voices import store
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

SENTENCES: Final = {
    "de": "Guten Tag, so klingt meine Stimme für {business}. Ich freue mich auf das Gespräch.",
    "en": "Hello, this is how I sound when I call for {business}. I am glad to hear from you.",
    "es": "Hola, así suena mi voz cuando llamo en nombre de {business}. Me alegra hablar con usted.",
    "fr": "Bonjour, voici ma voix quand j'appelle pour {business}. Je suis heureux de vous parler.",
    "it": "Buongiorno, questa è la mia voce quando chiamo per {business}. È un piacere sentirla.",
    "pt": "Olá, é assim que soa a minha voz quando ligo em nome de {business}. É um prazer falar consigo.",
}
MODEL: Final = "eleven_multilingual_v2"
_log = logger(__name__)


async def make_preview(database: Database, files: Files, access: VoiceAccess, tenant_id: str, voice_id: str) -> None:
    """Has a ready voice say a sentence and keeps it; a provider in trouble leaves the voice without a preview."""
    principal = Principal.system(tenant_id)
    async with database.transaction(principal) as work:
        voice = await store.find(work, UUID(voice_id))
        chosen = await access.speech_of(work)
        business = (await own_tenant(work)).name
    if voice is None or voice.status != "ready" or voice.external_id is None or chosen is None:
        return
    base = voice.language.partition("-")[0]
    text = SENTENCES.get(base, SENTENCES["en"]).format(business=business)
    try:
        speech = await chosen.adapter.speak(Utterance(text=text, voice=voice.external_id, model=MODEL))
    except ProviderFailed as failed:
        _log.warning("voice_without_preview", voice_id=voice_id, reason=failed.code)
        return
    async with database.transaction(principal) as work:
        voice = await store.find(work, UUID(voice_id), lock=True)
        if voice is None or voice.status != "ready":
            return
        old = voice.preview_file_id
        row = await files.store_bytes(work, "voice_preview", f"{voice.name}.mp3", speech.audio)
        voice.preview_file_id = row.id
        if old is not None:
            await files.delete(work, old)
