"""What a new or renewed clone needs before anything is written: a provider, and a complete consent."""

from callout.features.api_configs.errors import ApiKeysRequired
from callout.features.calling.desk import CallingDesk
from callout.features.calling.voices.cloning import Consent, Home
from callout.features.calling.voices.licensing import statement_file
from callout.features.calling.voices.samples import Recording, check_statement
from callout.features.calling.voices.schemas import ConsentInput
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden


async def home_of(work: Work, desk: CallingDesk) -> Home:
    """Where the tenant's voices are cloned.

    Raises:
        ApiKeysRequired: nowhere.
    """
    chosen = await desk.voices.voices_of(work)
    if chosen is None:
        raise ApiKeysRequired(missing_providers=["elevenlabs"])
    return Home(chosen.adapter.provider, chosen.mode)


async def complete_consent(
    work: Work, desk: CallingDesk, members: ConsentInput, statement: Recording | None
) -> Consent:
    """What was agreed with the speaker saying it, sent now or uploaded before.

    Raises:
        ConsentRequired: nobody says it.
        Forbidden: somebody but an owner sends it.
        Unprocessable: the recording says nothing, or there is no such file.
    """
    if work.principal.role != "owner":
        raise Forbidden("Only an owner may attest the consent to a cloned voice.")
    if statement is not None:
        await check_statement(statement)
        return Consent(members, statement)
    return Consent(members, await statement_file(work, desk.files, members))


async def consent_if_complete(
    work: Work, desk: CallingDesk, members: ConsentInput | None, statement: Recording | None
) -> Consent | None:
    """The consent sent with samples; None when a part is missing: the voice then waits for all of it."""
    if members is None or (statement is None and members.audio_file_id is None):
        return None
    return await complete_consent(work, desk, members, statement)
