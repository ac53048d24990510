"""The speaker's agreement to a cloned voice: recorded, renewed, withdrawn."""

import io
from typing import Final

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.errors import ConsentRequired
from callout.features.calling.voices import store
from callout.features.calling.voices.samples import Recording
from callout.features.calling.voices.schemas import ConsentInput
from callout.features.calling.voices.tables import Voice, VoiceLicence
from callout.features.files.service import Files
from callout.features.files.tables import FileRow
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, NotFound, Unprocessable

STATEMENT: Final = "I, {speaker}, agree that {business} may create and use a synthetic copy of my voice for its calls."
"""What the speaker says (product specification §10.3)."""
SUPERSEDED = "superseded"


async def add_licence(
    work: Work, files: Files, voice: Voice, consent: ConsentInput, statement: Recording | FileRow
) -> VoiceLicence:
    """Records the agreement, attested by the owner who acts; an earlier one of the same voice is superseded.

    Raises:
        Forbidden: anybody but an owner attests.
        Unprocessable: it ends before it begins.
    """
    if work.principal.role != "owner" or work.principal.actor_id is None:
        raise Forbidden("Only an owner may attest the consent to a cloned voice.")
    if consent.expires_at is not None and consent.expires_at <= work.now:
        raise Unprocessable.at("consent.expires_at", "lies in the past")
    before = await store.licence_of(work, voice.id)
    if before is not None and before.withdrawn_at is None:
        before.withdrawn_at, before.withdrawn_by = work.now, work.principal.actor_id
        before.withdrawn_reason = SUPERSEDED
        await work.session.flush()
    file = statement
    if isinstance(file, Recording):
        file = await files.upload(work, "consent_audio", file.filename, io.BytesIO(file.data))
    await files.hold(work, [file.id])
    words = consent.statement or STATEMENT.format(speaker=consent.speaker_name, business=(await own_tenant(work)).name)
    licence = VoiceLicence(
        voice_id=voice.id,
        speaker_name=consent.speaker_name,
        relation=consent.relation,
        scope=consent.scope,
        statement=words[:500],
        audio_file_id=file.id,
        audio_sha256=file.sha256,
        attested_by=work.principal.actor_id,
        attested_at=work.now,
        expires_at=consent.expires_at,
    )
    work.session.add(licence)
    await work.session.flush()
    after = {"speaker_name": licence.speaker_name, "relation": licence.relation, "audio_sha256": licence.audio_sha256}
    await audit(work, "voice.attest_consent", "voice", voice.id, after=after)
    return licence


async def statement_file(work: Work, files: Files, consent: ConsentInput) -> FileRow:
    """The spoken statement that was uploaded before.

    Raises:
        ConsentRequired: none is named.
        Unprocessable: there is no such file, or it was uploaded for something else.
    """
    if consent.audio_file_id is None:
        raise ConsentRequired.at("consent_audio", "send the spoken statement", code="required")
    try:
        file = await files.find(work, consent.audio_file_id)
    except NotFound as error:
        raise Unprocessable.at("consent.audio_file_id", "there is no such file") from error
    if file.purpose != "consent_audio":
        raise Unprocessable.at("consent.audio_file_id", "upload the file with the purpose consent_audio")
    return file


async def withdraw(work: Work, voice: Voice, reason: str) -> bool:
    """Ends the agreement in force; False when there is none."""
    licence = await store.licence_of(work, voice.id)
    if licence is None or licence.withdrawn_at is not None:
        return False
    licence.withdrawn_at, licence.withdrawn_by = work.now, work.principal.actor_id
    licence.withdrawn_reason = reason
    await work.session.flush()
    await audit(work, "voice.withdraw_consent", "voice", voice.id, reason=reason)
    return True
