"""Making a voice at the provider, once: the steps a worker takes. Each may be repeated, also after a kill.

A provider does not know a request it has seen before, so nothing but us keeps it from making a voice twice. Before the
samples are sent it is written down that they are; with them goes a mark. Whoever finds that note without an answer
first looks for a voice with that mark, for as long as a request sent before may still be at work.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from callout.features.calling.ports import (
    Chosen,
    ProviderFailed,
    ProviderVoice,
    VoiceAccess,
    VoiceProvider,
    VoiceSample,
)
from callout.features.calling.voices import store
from callout.features.calling.voices.archiving import discard_copy
from callout.features.calling.voices.changing import move
from callout.features.calling.voices.samples import Recording, clone_sample
from callout.features.calling.voices.standing import is_licensed
from callout.features.calling.voices.tables import Voice
from callout.features.files import store as file_store
from callout.features.files.ports import ObjectMissingError
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import Problem
from callout.kit.principal import Principal

SENT_WITHIN_S = 180.0
"""Longer than any request with samples may take; after this no request sent before makes a voice any more."""
LOOK_EVERY_S = 3.0
PAUSE_S = 15.0
TRAIN_WITHIN = timedelta(minutes=30)
NO_PROVIDER = "There is no key of a provider that clones voices."
NO_SAMPLES = "The samples are gone. Make the voice anew."
TOO_LONG = "The provider did not finish the voice within 30 minutes. Train it again."


class Outcome(msgspec.Struct, frozen=True):
    """What a step came to.

    Attributes:
        do: `end` when there is nothing left to do, `ask_again` after `wait_s`, `watch` the provider's training.
    """

    do: Literal["end", "ask_again", "watch", "ready"]
    wait_s: float = 0


class _Task(msgspec.Struct, frozen=True):
    voice_id: UUID
    training: int
    chosen: Chosen[VoiceProvider]
    name: str
    description: str | None
    labels: dict[str, str]
    remove_noise: bool
    file_ids: tuple[str, ...]
    marker: str
    sent_at: datetime | None
    """When samples were sent before; None when this is the first time."""


class Training:
    """Takes a voice through its training."""

    def __init__(
        self, database: Database, files: Files, access: VoiceAccess, *, sent_within_s: float = SENT_WITHIN_S
    ) -> None:
        """Takes the means, and how long a request with samples may be at work."""
        self._database = database
        self._files = files
        self._access = access
        self._sent_within_s = sent_within_s

    async def submit(self, tenant_id: str, voice_id: str, training: int) -> Outcome:
        """Has the provider make the voice, unless it was made before."""
        async with self._work(tenant_id) as work:
            task = await self._prepare(work, voice_id, training)
        if isinstance(task, Outcome):
            return task
        samples = await self._samples(tenant_id, task.file_ids)
        if samples is None:
            return await self._fail(tenant_id, voice_id, training, NO_SAMPLES)
        return await self._ask(tenant_id, task, samples)

    async def look(self, tenant_id: str, voice_id: str, training: int) -> Outcome:
        """How the provider's training stands; after half an hour it has failed."""
        async with self._work(tenant_id) as work:
            voice = await _current(work, voice_id, training)
            chosen = await self._access.voices_of(work) if voice is not None else None
        if voice is None or voice.status != "training":
            return Outcome("ready" if voice is not None and voice.status == "ready" else "end")
        found: ProviderVoice | None = None
        if chosen is not None and voice.external_id is not None:
            try:
                found = await chosen.adapter.voice(voice.external_id)
            except ProviderFailed as failed:
                if failed.is_final:
                    return await self._fail(tenant_id, voice_id, training, _words(failed))
            else:
                if found is None:
                    return await self._fail(tenant_id, voice_id, training, "The provider no longer has the voice.")
        async with self._work(tenant_id) as work:
            return await self._note(work, voice_id, training, found)

    async def tidy(self, tenant_id: str, voice_id: str, training: int) -> None:
        """Deletes what a request made whose answer nobody waits for any more."""
        async with self._work(tenant_id) as work:
            voice = (await store.by_ids(work, [UUID(voice_id)])).get(UUID(voice_id))
            chosen = await self._access.voices_of(work)
            if voice is None or voice.training != training or voice.copy_training == training:
                return
            sent_at = voice.submitted_at
        if sent_at is None or chosen is None or chosen.mode != voice.mode:
            return
        found = await self._found(chosen.adapter, marker_of(voice.id, training), sent_at)
        if found is not None:
            async with self._work(tenant_id) as work:
                await discard_copy(work, voice, found.external_id)

    async def give_up(self, tenant_id: str, voice_id: str, training: int) -> None:
        """Ends a training after an error nobody foresaw."""
        await self._fail(tenant_id, voice_id, training, "Something went wrong on our side. Train the voice again.")

    async def _prepare(self, work: Work, voice_id: str, training: int) -> _Task | Outcome:
        voice = await _current(work, voice_id, training, lock=True)
        if voice is None or voice.status not in {"processing", "training"}:
            return Outcome("end")
        if voice.copy_training == training and voice.external_id is not None:
            return Outcome("watch")
        if not is_licensed(await store.licence_of(work, voice.id), work.now):
            await move(work, voice, "failed", reason="The speaker's consent does not stand any more.")
            return Outcome("end")
        chosen = await self._access.voices_of(work)
        if chosen is None or chosen.adapter.provider != voice.provider or chosen.mode != voice.mode:
            await move(work, voice, "failed", reason=NO_PROVIDER)
            return Outcome("end")
        voice.training_until = voice.training_until or work.now + TRAIN_WITHIN
        await move(work, voice, "training")
        return _Task(
            voice_id=voice.id,
            training=training,
            chosen=chosen,
            name=voice.name,
            description=voice.description,
            labels={str(name): str(value) for name, value in voice.labels.items()},
            remove_noise=bool(voice.checks.get("remove_noise")),
            file_ids=tuple(voice.sample_file_ids),
            marker=marker_of(voice.id, training),
            sent_at=voice.submitted_at,
        )

    async def _ask(self, tenant_id: str, task: _Task, samples: Sequence[VoiceSample]) -> Outcome:
        adapter, voice_id = task.chosen.adapter, str(task.voice_id)
        try:
            made = await self._found(adapter, task.marker, task.sent_at) if task.sent_at is not None else None
            if made is None:
                if not await self._note_sent(tenant_id, task):
                    return Outcome("ask_again", LOOK_EVERY_S)
                made = await adapter.clone(
                    task.name,
                    samples,
                    marker=task.marker,
                    description=task.description,
                    labels=task.labels,
                    remove_noise=task.remove_noise,
                )
        except ProviderFailed as failed:
            if failed.is_final:
                return await self._fail(tenant_id, voice_id, task.training, _words(failed), nothing_sent=True)
            return await self._postpone(tenant_id, task, failed)
        async with self._work(tenant_id) as work:
            return await self._keep(work, task, made)

    async def _note_sent(self, tenant_id: str, task: _Task) -> bool:
        """Writes down that samples are being sent; False when the voice changed or somebody else sent them."""
        async with self._work(tenant_id) as work:
            voice = await _current(work, str(task.voice_id), task.training, lock=True)
            if voice is None or voice.status != "training" or voice.submitted_at != task.sent_at:
                return False
            voice.submitted_at = work.now
            return True

    async def _found(self, adapter: VoiceProvider, marker: str, sent_at: datetime) -> ProviderVoice | None:
        """The voice a request before made; looked for until no request sent then can still be at work."""
        while True:
            waited = (self._database.clock.now() - sent_at).total_seconds()
            found = await adapter.find_clone(marker)
            if found is not None or waited >= self._sent_within_s:
                return found
            await asyncio.sleep(min(LOOK_EVERY_S, self._sent_within_s - waited))

    async def _postpone(self, tenant_id: str, task: _Task, failed: ProviderFailed) -> Outcome:
        """Waits for the provider. A request that surely did nothing leaves no note, so nothing is looked for."""
        async with self._work(tenant_id) as work:
            voice = await _current(work, str(task.voice_id), task.training, lock=True)
            if voice is None or voice.status != "training":
                return Outcome("end")
            if voice.training_until is not None and work.now >= voice.training_until:
                await move(work, voice, "failed", reason=_words(failed))
                return Outcome("end")
            if not failed.may_have_happened and task.sent_at is None:
                voice.submitted_at = None
        return Outcome("ask_again", failed.retry_after_s or PAUSE_S)

    async def _keep(self, work: Work, task: _Task, made: ProviderVoice) -> Outcome:
        voice = await _current(work, str(task.voice_id), task.training, lock=True)
        if voice is None or voice.status != "training":
            return Outcome("end")  # `tidy` deletes it
        if voice.external_id is not None and voice.external_id != made.external_id:
            is_ours = voice.copy_training == task.training
            await discard_copy(work, voice, made.external_id if is_ours else voice.external_id)
            if is_ours:
                return Outcome("watch")
        voice.external_id, voice.copy_training = made.external_id, task.training
        voice.category, voice.model_version = made.category[:40], (made.model or "")[:40] or None
        return await self._note(work, str(task.voice_id), task.training, made)

    async def _note(self, work: Work, voice_id: str, training: int, found: ProviderVoice | None) -> Outcome:
        voice = await _current(work, voice_id, training, lock=True)
        if voice is None or voice.status != "training":
            return Outcome("end")
        if found is not None and found.status == "ready":
            voice.verified_languages = list(found.verified_languages)
            await move(work, voice, "ready")
            return Outcome("ready")
        if found is not None and found.status == "failed":
            await move(work, voice, "failed", reason=found.failure or "The provider could not make the voice.")
            return Outcome("end")
        if voice.training_until is not None and work.now >= voice.training_until:
            await move(work, voice, "failed", reason=TOO_LONG)
            return Outcome("end")
        if found is not None and found.progress_pct is not None:
            voice.progress_pct = max(0, min(99, found.progress_pct))
        return Outcome("watch", LOOK_EVERY_S)

    async def _fail(
        self, tenant_id: str, voice_id: str, training: int, reason: str, *, nothing_sent: bool = False
    ) -> Outcome:
        async with self._work(tenant_id) as work:
            voice = await _current(work, voice_id, training, lock=True)
            if voice is not None and nothing_sent:
                voice.submitted_at = None
            if voice is not None and voice.status in {"processing", "training"}:
                await move(work, voice, "failed", reason=reason)
        return Outcome("end")

    async def _samples(self, tenant_id: str, file_ids: Sequence[str]) -> list[VoiceSample] | None:
        async with self._work(tenant_id) as work:
            rows = await file_store.find_many(work, [UUID(file_id) for file_id in file_ids])
        samples: list[VoiceSample] = []
        try:
            for number, file_id in enumerate(file_ids, 1):
                row = rows[UUID(file_id)]
                data = b"".join([part async for part in self._files.stream(row)])
                content_type, audio = await clone_sample(Recording(row.filename, data))
                suffix = {"audio/wav": "wav", "audio/mp4": "m4a"}.get(content_type, "bin")
                samples.append(
                    VoiceSample(filename=f"sample-{number}.{suffix}", content_type=content_type, audio=audio)
                )
        except (KeyError, ObjectMissingError, Problem):
            return None
        return samples or None

    def _work(self, tenant_id: str) -> Any:
        return self._database.transaction(Principal.system(tenant_id))


def marker_of(voice_id: UUID, training: int) -> str:
    """What a training's voice is found by at the provider."""
    return f"callout-{voice_id}-{training}"


async def _current(work: Work, voice_id: str, training: int, *, lock: bool = False) -> Voice | None:
    voice = await store.find(work, UUID(voice_id), lock=lock)
    return voice if voice is not None and voice.training == training else None


def _words(failed: ProviderFailed) -> str:
    return f"{failed.message} {failed.remedy}".strip()
