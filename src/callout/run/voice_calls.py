"""Live calls put together: whose voice, which ears, which carrier, and the first words made ahead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from callout.adapters.deepgram.listening import DeepgramEar
from callout.adapters.elevenlabs.listening import ScribeEar
from callout.adapters.pipecat_media.call import LiveCall
from callout.adapters.pipecat_media.link import Link
from callout.adapters.pipecat_media.options import HearingOptions, MediaOptions, Provider
from callout.adapters.pipecat_media.speaking import Backup
from callout.features.accounts.tenant_store import own_tenant
from callout.features.api_configs.credential import Credential
from callout.features.calling.brain.brief import Brief
from callout.features.calling.calls import live
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.live import Claimed
from callout.features.calling.calls.records import CallRecords
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.hosting.ahead import SpeechAhead
from callout.features.calling.hosting.carrier import NoCarrier, TelephonyCarrier
from callout.features.calling.hosting.ears import MakeEar
from callout.features.calling.hosting.host import CallHost
from callout.features.calling.hosting.ports import Usage
from callout.features.calling.hosting.turn_taking import Patience
from callout.features.calling.hosting.voice_choice import IN_A_BROWSER, ON_THE_PHONE, VoiceChoice
from callout.features.calling.ports import SpeechFormat, SpeechSynthesis
from callout.features.calling.thought.choosing import Wishes
from callout.features.calling.thought.thinker import CallThinker
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal
from callout.run.assembly import Assembly
from callout.run.first_words import voice_of
from callout.services.voice_media import SILENT, CallSocket, StreamStart
from callout.settings import VoiceSettings

_log = logger(__name__)
_ELEVENLABS, _DEEPGRAM = "elevenlabs", "deepgram"


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is carried with."""

    media: MediaOptions
    speech: SpeechSynthesis | None
    thinker: CallThinker | None
    carrier: TelephonyCarrier | NoCarrier


class CarriedCall:
    """A call of this process. Implements `services.voice_media.Carried`."""

    def __init__(self, claimed: Claimed, means: Means, call: LiveCall, done: Callable[[], Awaitable[None]]) -> None:
        """`done` is awaited when it is over."""
        self.key = (claimed.tenant_id, claimed.call_id)
        self.claimed, self.carrier = claimed, means.carrier
        self.host, self.live, self.audience = call.host, call, call.audience
        self._done = done

    @property
    def is_silent(self) -> bool:
        """No audio ever came."""
        return self.live.is_silent

    async def run(self) -> None:
        """Runs until it is over."""
        try:
            await self.live.run()
        finally:
            await self._done()


class LiveCalls:
    """Takes calls by their tokens. Implements `services.voice_media.CallSource`."""

    def __init__(self, made: Assembly, process: str) -> None:
        """Takes the product and the id of this process."""
        self._made, self._process = made, process
        self._settings = made.installation.settings.voice
        self._ahead = SpeechAhead(made.files.objects)

    async def take(self, token: str, start: StreamStart, websocket: CallSocket) -> CarriedCall | None:
        """See `CallSource.take`."""
        database = self._made.database
        claimed = await live.claim(
            database,
            token,
            self._process,
            kind=start.way,
            call_id=UUID(start.call_id) if start.way == "browser" else None,
        )
        if claimed is None:
            return None
        principal = Principal.system(claimed.tenant_id)
        async with database.transaction(principal) as work:
            means = await self._means(work, claimed, start)
            use_llm = means is not None and means.thinker is not None
            brief = msgspec.structs.replace(claimed.brief, use_llm=use_llm)
            now = work.now
        if means is None:
            _log.warning("call_without_voice", call=str(claimed.call_id))
            return None
        ahead = await self._first_words(claimed, means, brief, now)

        def host(line: Link) -> CallHost:
            return CallHost(
                brief,
                line,
                carrier=means.carrier,
                tools=self._made.calls.tools.of(claimed.tenant_id, claimed.call_id),
                records=CallRecords(database, claimed.tenant_id, claimed.call_id),
                thinker=means.thinker,
                now=database.clock.now,
                show=line.show,
            )

        async def silent() -> None:
            websocket.closing_code = SILENT
            await self._failed(claimed)

        call = LiveCall(
            websocket,
            start.stream_id,
            means.media,
            host,
            ahead=ahead,
            backup=_backup(means),
            further_usage=lambda: _thought_usage(means),
            on_silence=silent,
        )

        async def done() -> None:
            await live.release(database, claimed.tenant_id, claimed.call_id)

        return CarriedCall(claimed, means, call, done)

    async def _failed(self, claimed: Claimed) -> None:
        """A call without any sound has failed, whatever its carrier says of it."""
        async with self._made.database.transaction(Principal.system(claimed.tenant_id)) as work:
            silence = Fact(
                kind="failed",
                at=work.now,
                source="media",
                error_code="no_audio",
                error_detail="No sound came within ten seconds.",
            )
            await report_fact(work, claimed.call_id, silence)

    async def _first_words(self, claimed: Claimed, means: Means, brief: Brief, now: datetime) -> Mapping[str, bytes]:
        if means.speech is None:
            return {}
        wanted = means.media.voice.first_words(brief, now, _form(means.media))
        return await self._ahead.audio_of(claimed.tenant_id, means.speech, wanted, now)

    async def _means(self, work: Work, claimed: Claimed, start: StreamStart) -> Means | None:
        """None where nothing can speak or hear for this tenant."""
        access = self._made.provider_access
        voice = await voice_of(work, claimed.voice)
        speaker = await access.credential_of(work, _ELEVENLABS)
        if voice is None or speaker is None:
            return None
        backup_ear = await access.credential_of(work, _DEEPGRAM)
        speech = await self._made.calling.voices.speech_of(work)
        return Means(
            media=media_options(self._settings, claimed.brief, voice, (speaker, backup_ear), start.way),
            speech=speech.adapter if speech is not None else None,
            thinker=await self._made.thoughts.thinker_of(work, _wishes(claimed)),
            carrier=await self._carrier(work, claimed, start),
        )

    async def _carrier(self, work: Work, claimed: Claimed, start: StreamStart) -> TelephonyCarrier | NoCarrier:
        telephony = await self._made.calling.telephony.telephony_of(work)
        external_id = start.call_id or claimed.external_id
        if telephony is None or not external_id or claimed.kind != "phone":
            return NoCarrier()
        hook_token = (await own_tenant(work)).webhook_token
        status_url = self._made.calls.desk.addresses.hook(telephony.adapter.provider, hook_token, "status")
        return TelephonyCarrier(telephony.adapter, external_id, status_url=status_url)


def media_options(
    settings: VoiceSettings,
    brief: Brief,
    voice: VoiceChoice,
    keys: tuple[Credential, Credential | None],
    line: Literal["phone", "browser"],
) -> MediaOptions:
    """How a call sounds, by its agent and the settings of this installation; the keys: ElevenLabs, perhaps Deepgram."""
    key, backup_ear = keys
    provider = Provider(base_url=_origin(key.base_url), api_key=key.values["api_key"])
    return MediaOptions(
        voice_provider=provider,
        ears=_ears(key, backup_ear),
        voice=voice,
        language=brief.language,
        languages=brief.languages,
        line=line,
        hearing=HearingOptions(
            min_volume=settings.min_volume,
            start_s=settings.speech_start_s,
            stop_s=settings.speech_stop_s,
            patience=Patience(whole_s=settings.patience_whole_s, open_s=settings.patience_open_s),
        ),
    )


def _ears(first: Credential, backup: Credential | None) -> tuple[MakeEar, ...]:
    """ElevenLabs, then Deepgram where there is a key; what is real and what is simulated are not mixed."""
    ears: tuple[MakeEar, ...] = (lambda rate: ScribeEar(_origin(first.base_url), first.values["api_key"], rate),)
    if backup is not None and backup.mode == first.mode:
        ears += (lambda rate: DeepgramEar(_origin(backup.base_url), backup.values["api_key"], rate),)
    return ears


def _form(media: MediaOptions) -> SpeechFormat:
    return ON_THE_PHONE if media.line == "phone" else IN_A_BROWSER


def _wishes(claimed: Claimed) -> Wishes:
    sound = claimed.voice
    return Wishes(
        provider=sound.llm_provider,
        model=sound.llm_model,
        temperature=sound.temperature,
        max_tokens=sound.max_tokens,
    )


def _thought_usage(means: Means) -> list[Usage]:
    spent = means.thinker.spent if means.thinker is not None else []
    return [
        Usage(provider=one.provider, service="llm", units=one.tokens, unit="tokens", cost=one.cost) for one in spent
    ]


def _origin(base_url: str) -> str:
    """The address without the version the REST paths begin with."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/').removesuffix('/v1')}"


def _backup(means: Means) -> Backup | None:
    """Speaks by HTTP where the socket does not."""
    speech = means.speech
    if speech is None:
        return None

    def speak(text: str, language: str) -> AsyncIterator[bytes]:
        return speech.stream(means.media.voice.utterance(text, language, _form(means.media)))

    return speak
