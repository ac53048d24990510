"""Who makes voices, speaks and carries calls for a tenant, metered; and how calling is put together."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import httpx

from callout.adapters.elevenlabs.managed import ElevenLabsCalls
from callout.adapters.elevenlabs.speech import ElevenLabsSpeech
from callout.adapters.elevenlabs.voices import ElevenLabsVoices
from callout.adapters.twilio import TwilioReports, TwilioTelephony
from callout.features.api_configs.credential import Credential
from callout.features.api_configs.recording import Use
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.calling.managed.ports import ManagedCalls
from callout.features.calling.ports import (
    Chosen,
    KeyRefused,
    ProviderVoice,
    Speech,
    SpeechModel,
    SpeechSynthesis,
    Telephony,
    TelephonyReports,
    Utterance,
    VoiceProvider,
    VoiceSample,
)
from callout.kit.db.work import Work
from callout.run.metered_managed import MeteredManagedCalls
from callout.run.metered_telephony import MeteredTelephony
from callout.run.metering import Metering
from callout.run.outbound import Outbound

Maker = Callable[[Credential, httpx.AsyncClient], VoiceProvider]
SpeakerMaker = Callable[[Credential, httpx.AsyncClient], SpeechSynthesis]
ManagedMaker = Callable[[Credential, httpx.AsyncClient], ManagedCalls]
TelephonyMaker = Callable[[Credential, httpx.AsyncClient], Telephony]
ReportsMaker = Callable[[Credential, str], TelephonyReports]


def _twilio(key: Credential, client: httpx.AsyncClient) -> Telephony:
    return TwilioTelephony(
        client,
        account_sid=key.values["account_sid"],
        auth_token=key.values["auth_token"],
        base_url=key.base_url,
        calls_per_second=float(key.options.get("calls_per_second") or 1),
    )


def _twilio_reports(key: Credential, public_url: str) -> TelephonyReports:
    return TwilioReports(auth_token=key.values["auth_token"], public_url=public_url)


def _elevenlabs_voices(key: Credential, client: httpx.AsyncClient) -> VoiceProvider:
    return ElevenLabsVoices(client, api_key=key.values["api_key"], base_url=key.base_url)


def _elevenlabs_speech(key: Credential, client: httpx.AsyncClient) -> SpeechSynthesis:
    return ElevenLabsSpeech(client, api_key=key.values["api_key"], base_url=key.base_url)


def _elevenlabs_calls(key: Credential, client: httpx.AsyncClient) -> ManagedCalls:
    return ElevenLabsCalls(client, api_key=key.values["api_key"], base_url=key.base_url)


VOICES: Mapping[str, Maker] = {"elevenlabs": _elevenlabs_voices}
"""Provider → what makes its voices."""
SPEAKERS: Mapping[str, SpeakerMaker] = {"elevenlabs": _elevenlabs_speech}
"""Provider → what speaks with them."""
MANAGED: Mapping[str, ManagedMaker] = {"elevenlabs": _elevenlabs_calls}
"""Provider → what places calls and speaks by itself."""
TELEPHONES: Mapping[str, TelephonyMaker] = {"twilio": _twilio}
"""Provider → what carries calls."""
REPORTS: Mapping[str, ReportsMaker] = {"twilio": _twilio_reports}
"""Provider → what reads its webhooks about calls."""


class TenantCalling:
    """Chooses the keys of a tenant: its own, the installation's, or a simulator's.

    Implements `VoiceAccess`, `TelephonyAccess` and `ManagedAccess`.
    """

    def __init__(self, access: ProviderAccess, outbound: Outbound, metering: Metering, public_url: str) -> None:
        """Takes what finds keys, the ways out, what counts, and where providers reach us."""
        self._public_url = public_url
        self._access = access
        self._outbound = outbound
        self._metering = metering

    async def voices_of(self, work: Work) -> Chosen[VoiceProvider] | None:
        """See `VoiceAccess.voices_of`."""
        key = await self._key(work, "voice_clone", VOICES)
        if key is None:
            return None
        adapter = VOICES[key.provider](key, self._outbound.client_of(key))
        return Chosen(_MeteredVoices(adapter, _Meter(self._metering, work.tenant_id, key)), key.mode, key.key_id)

    async def speech_of(self, work: Work) -> Chosen[SpeechSynthesis] | None:
        """See `VoiceAccess.speech_of`."""
        key = await self._key(work, "tts", SPEAKERS)
        if key is None:
            return None
        adapter = SPEAKERS[key.provider](key, self._outbound.client_of(key))
        return Chosen(_MeteredSpeech(adapter, _Meter(self._metering, work.tenant_id, key)), key.mode, key.key_id)

    async def managed_of(self, work: Work) -> Chosen[ManagedCalls] | None:
        """See `ManagedAccess.managed_of`."""
        for provider, make in MANAGED.items():
            if (key := await self._access.credential_of(work, provider)) is not None:
                adapter = make(key, self._outbound.client_of(key))
                meter = _Meter(self._metering, work.tenant_id, key)
                return Chosen(MeteredManagedCalls(adapter, meter), key.mode, key.key_id, key.options)
        return None

    async def telephony_of(self, work: Work) -> Chosen[Telephony] | None:
        """See `TelephonyAccess.telephony_of`."""
        key = await self._key(work, "telephony", TELEPHONES)
        if key is None:
            return None
        adapter = TELEPHONES[key.provider](key, self._outbound.client_of(key))
        meter = _Meter(self._metering, work.tenant_id, key)
        return Chosen(MeteredTelephony(adapter, meter), key.mode, key.key_id, key.options)

    async def reports_of(self, work: Work, provider: str) -> TelephonyReports | None:
        """See `TelephonyAccess.reports_of`."""
        key = await self._access.credential_of(work, provider) if provider in REPORTS else None
        return REPORTS[provider](key, self._public_url) if key is not None else None

    async def _key(self, work: Work, capability: str, makers: Mapping[str, object]) -> Credential | None:
        """The best key for a capability of a provider we can speak to."""
        key = await self._access.best_of(work, capability)
        if key is not None and key.provider in makers:
            return key
        for provider in makers:
            if (key := await self._access.credential_of(work, provider)) is not None:
                return key
        return None


class _Meter:
    """Counts uses of one key, and marks it when the provider refuses it."""

    def __init__(self, metering: Metering, tenant_id: UUID, key: Credential) -> None:
        self._metering, self._tenant_id, self._key = metering, tenant_id, key

    @asynccontextmanager
    async def watched(self, operation: str, units: int = 1) -> AsyncIterator[Use]:
        try:
            async with self._metering.recorder.timed(self._tenant_id, self._key, operation) as use:
                use.units = units
                yield use
        except KeyRefused as failure:
            await self._metering.refused(self._tenant_id, self._key, failure.message)
            raise


class _MeteredVoices:
    def __init__(self, voices: VoiceProvider, meter: _Meter) -> None:
        self._voices, self._meter = voices, meter
        self.provider = voices.provider

    async def stock_voices(self) -> list[ProviderVoice]:
        async with self._meter.watched("voices"):
            return await self._voices.stock_voices()

    async def clone(
        self,
        name: str,
        samples: Sequence[VoiceSample],
        *,
        marker: str,
        description: str | None = None,
        labels: Mapping[str, str] | None = None,
        remove_noise: bool = False,
    ) -> ProviderVoice:
        async with self._meter.watched("clone"):
            return await self._voices.clone(
                name, samples, marker=marker, description=description, labels=labels, remove_noise=remove_noise
            )

    async def find_clone(self, marker: str) -> ProviderVoice | None:
        async with self._meter.watched("find_voice"):
            return await self._voices.find_clone(marker)

    async def voice(self, external_id: str) -> ProviderVoice | None:
        async with self._meter.watched("voice"):
            return await self._voices.voice(external_id)

    async def delete(self, external_id: str) -> bool:
        async with self._meter.watched("delete_voice"):
            return await self._voices.delete(external_id)


class _MeteredSpeech:
    def __init__(self, speech: SpeechSynthesis, meter: _Meter) -> None:
        self._speech, self._meter = speech, meter
        self.provider = speech.provider

    async def speak(self, utterance: Utterance) -> Speech:
        async with self._meter.watched("speak") as use:
            speech = await self._speech.speak(utterance)
            use.units = speech.characters
            return speech

    async def stream(self, utterance: Utterance) -> AsyncIterator[bytes]:
        async with self._meter.watched("speak", len(utterance.text)):
            async for part in self._speech.stream(utterance):
                yield part

    async def models(self) -> list[SpeechModel]:
        async with self._meter.watched("models"):
            return await self._speech.models()
