"""The use cases of cloned voices: make one, give the consent it waits for, train it again."""

import io
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.calling.desk import CallingDesk
from callout.features.calling.errors import InvalidTransition
from callout.features.calling.events import VoiceStatusChanged
from callout.features.calling.ports import Mode
from callout.features.calling.voices import licensing, store
from callout.features.calling.voices.changing import check_transition, move
from callout.features.calling.voices.errors import VoiceNotLicensed
from callout.features.calling.voices.samples import Checked, Recording
from callout.features.calling.voices.schemas import CloneForm, ConsentInput
from callout.features.calling.voices.standing import is_licensed
from callout.features.calling.voices.tables import Voice
from callout.features.files.service import Files
from callout.features.files.tables import FileRow
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

WORKFLOW = "clone_voice"
QUEUE = "voices"


class Consent(msgspec.Struct, frozen=True):
    """A complete consent: what was agreed, and the speaker saying it."""

    members: ConsentInput
    statement: Recording | FileRow


class Home(msgspec.Struct, frozen=True):
    """Where a clone is made."""

    provider: str
    mode: Mode


async def create_clone(
    work: Work,
    desk: CallingDesk,
    form: CloneForm,
    *,
    recordings: Sequence[Recording],
    checked: Checked,
    consent: Consent | None,
    home: Home,
) -> Voice:
    """Stores samples that passed the checks; with the consent the voice is made at once, without it waits for it.

    Raises:
        PaymentRequired: the plan allows no more cloned voices.
        Forbidden: somebody but an owner attests a consent.
    """
    await desk.plans.check(work, "cloned_voices")
    rows = [await _keep(work, desk.files, each, s) for each, s in zip(recordings, checked.durations_s, strict=True)]
    verdict = checked.verdict
    voice = Voice(
        id=uuid7(),
        tenant_id=work.tenant_id,
        name=form.name,
        description=form.description,
        kind="cloned",
        provider=home.provider,
        mode=home.mode,
        language=form.language,
        labels=form.labels,
        status="awaiting_consent",
        sample_file_ids=[str(row.id) for row in rows],
        sample_duration_s=Decimal(str(verdict.duration_s)),
        snr_db=None if verdict.snr_db is None else Decimal(str(verdict.snr_db)),
        quality_score=None if verdict.score is None else Decimal(str(verdict.score)),
        checks={
            "samples": list(checked.details),
            "warnings": list(verdict.warnings),
            "remove_noise": form.remove_noise,
        },
    )
    work.session.add(voice)
    await work.session.flush()
    await audit(work, "voice.clone", "voice", voice.id, after={"name": voice.name, "samples": len(rows)})
    if consent is not None:
        await licensing.add_licence(work, desk.files, voice, consent.members, consent.statement)
        await _start(work, voice, "processing")
    else:
        told = VoiceStatusChanged(noun_id=voice.id, name=voice.name, status=voice.status)
        await work.publish(told)
    return voice


async def give_consent(work: Work, desk: CallingDesk, voice_id: UUID, consent: Consent) -> Voice:
    """Records the consent; a voice that waited for it is made now, for others it is renewed.

    Raises:
        InvalidTransition: the voice is archived or belongs to the provider.
    """
    voice = await store.fetch(work, voice_id, lock=True)
    if voice.kind != "cloned" or voice.status == "archived":
        words = "Only a cloned voice that is not archived takes a consent."
        raise InvalidTransition(words, at=voice.status, to="processing")
    await licensing.add_licence(work, desk.files, voice, consent.members, consent.statement)
    if voice.status == "awaiting_consent":
        await _start(work, voice, "processing")
    return voice


async def retrain(work: Work, voice_id: UUID, home: Home) -> Voice:
    """Makes the voice anew of the same samples; the old copy goes when the new one is ready.

    Raises:
        InvalidTransition: it is neither ready nor failed.
        VoiceNotLicensed: the consent does not stand any more.
    """
    voice = await store.fetch(work, voice_id, lock=True)
    check_transition(voice, "training")
    if not is_licensed(await store.licence_of(work, voice.id), work.now):
        raise VoiceNotLicensed
    if voice.mode != home.mode or voice.provider != home.provider:
        voice.external_id = None  # that copy belongs to another world: a simulator, or a provider left behind
        voice.mode, voice.provider = home.mode, home.provider
    await _start(work, voice, "training")
    await audit(work, "voice.retrain", "voice", voice.id)
    return voice


async def _start(work: Work, voice: Voice, status: str) -> None:
    voice.training += 1
    voice.submitted_at = voice.training_until = None
    voice.progress_pct = 0
    await move(work, voice, status)
    key = f"clone-voice:{voice.id}:{voice.training}"
    await work.enqueue(WORKFLOW, str(voice.id), voice.training, key=key, queue=QUEUE)


async def _keep(work: Work, files: Files, recording: Recording, duration_s: float) -> FileRow:
    row = await files.upload(work, "voice_sample", recording.filename, io.BytesIO(recording.data))
    row.duration_s = Decimal(str(round(duration_s, 3)))
    return row
