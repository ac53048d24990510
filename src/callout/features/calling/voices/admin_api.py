"""/api/admin/calling-agents/voices: the library, cloning, consent, synthesis."""

import tomllib
from functools import cache
from importlib.resources import files as package_files
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.enums import RequestEncodingType
from litestar.params import Body as BodyOf

from callout.features.accounts.permissions import allow
from callout.features.calling.desk import CallingDesk
from callout.features.calling.voices import archiving, cloning, forms_api, store, synthesizing
from callout.features.calling.voices.choosing import voice_row
from callout.features.calling.voices.editing import edit_voice
from callout.features.calling.voices.home import complete_consent, consent_if_complete, home_of
from callout.features.calling.voices.samples import check_samples
from callout.features.calling.voices.schemas import Removal, Synthesis, VoicePatch, VoiceQuery, Withdrawal
from callout.features.calling.voices.stock import Stock
from callout.features.calling.voices.tables import Voice
from callout.features.calling.voices.views import all_voices, chosen, stock_view, voice_view
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/calling-agents/voices"
ONE = "/{voice_id:uuid}"
Asking = Request[Any, Any, Any]
Form = Annotated[dict[str, Any], BodyOf(media_type=RequestEncodingType.MULTI_PART)]


@get("/", guards=[allow("voice.read")], filters=VoiceQuery)
async def list_voices(
    request: Asking, work: Work, filters: Filtered[VoiceQuery], calling_desk: CallingDesk
) -> Response[Any]:
    """The voices of the business and those the provider offers."""
    stock = await _stock(work, calling_desk)
    found = chosen(await all_voices(work, stock), filters)
    shown = found[filters.offset : filters.offset + filters.limit]
    return listed(filters, shown, len(found), request=request, warnings=list(stock.warnings))


@get(ONE, guards=[allow("voice.read")])
async def get_voice(work: Work, voice_id: UUID, calling_desk: CallingDesk) -> Response[Any]:
    """One voice."""
    async with calling_desk.database.transaction(work.principal) as look:
        is_known = await store.find(look, voice_id) is not None
    if not is_known:
        stock = await _stock(work, calling_desk)
        if (offered := stock.voices.get(voice_id)) is not None:
            return versioned(stock_view(voice_id, offered, stock), 1)
    return await _answer(work, await store.fetch(work, voice_id))


@post("/clone", guards=[allow("voice.clone")])
async def clone_voice(work: Work, data: Form, calling_desk: CallingDesk) -> Response[Any]:
    """Makes a voice of one to five samples; without the complete consent of its speaker it waits for that."""
    form = forms_api.clone_members(data)
    recordings = await forms_api.samples_of(data)
    checked = await check_samples(recordings)
    consent = forms_api.consent_members(data)
    statement = await forms_api.statement_of(data)
    home = await home_of(work, calling_desk)
    given = await consent_if_complete(work, calling_desk, consent, statement)
    voice = await cloning.create_clone(
        work, calling_desk, form, recordings=recordings, checked=checked, consent=given, home=home
    )
    return created(voice_view(voice, await store.licence_of(work, voice.id), work), f"{PREFIX}/{voice.id}")


@put(f"{ONE}/consent", guards=[allow("voice.attest_consent")])
async def give_consent(request: Asking, work: Work, voice_id: UUID, calling_desk: CallingDesk) -> Response[Any]:
    """Records the speaker's consent; a voice that waited for it is made now."""
    consent, statement = await forms_api.consent_form(request)
    await store.fetch(work, voice_id)
    given = await complete_consent(work, calling_desk, consent, statement)
    return await _answer(work, await cloning.give_consent(work, calling_desk, voice_id, given))


@delete(f"{ONE}/consent", guards=[allow("voice.attest_consent")], status_code=200)
async def withdraw_consent(work: Work, voice_id: UUID, data: Withdrawal, calling_desk: CallingDesk) -> Response[Any]:
    """Ends the consent and with it the voice, here and at the provider."""
    voice = await archiving.withdraw_consent(work, calling_desk.files, voice_id, data.reason)
    return await _answer(work, voice)


@post(f"{ONE}/retrain", guards=[allow("voice.retrain")], status_code=202)
async def retrain_voice(work: Work, voice_id: UUID, calling_desk: CallingDesk) -> dict[str, Any]:
    """Makes the voice anew of its samples."""
    await store.fetch(work, voice_id)
    voice = await cloning.retrain(work, voice_id, await home_of(work, calling_desk))
    return voice_view(voice, await store.licence_of(work, voice.id), work)


@patch(ONE, guards=[allow("voice.update")])
async def update_voice(
    work: Work, voice_id: UUID, data: VoicePatch, if_match: IfMatch, calling_desk: CallingDesk
) -> Response[Any]:
    """Changes what a voice is called and how it is described; a stock voice gets a row of its own by that."""
    row = await voice_row(work, voice_id, await _stock(work, calling_desk)) or await store.fetch(work, voice_id)
    return await _answer(work, await edit_voice(work, row.id, data, if_match))


@delete(ONE, guards=[allow("voice.delete")], filters=Removal)
async def delete_voice(work: Work, voice_id: UUID, filters: Filtered[Removal], calling_desk: CallingDesk) -> None:
    """Takes a cloned voice away, here and at the provider."""
    await archiving.delete_voice(work, calling_desk.files, voice_id, force=filters.force)


@post(f"{ONE}/synthesize", guards=[allow("voice.synthesize")], status_code=200)
async def synthesize(
    work: Work, voice_id: UUID, data: Synthesis, calling_desk: CallingDesk, limits: RateLimits
) -> dict[str, Any]:
    """Says a text; the audio is kept for a day."""
    who = f"{work.tenant_id}:{work.principal.actor_id}"
    await limits.hit("voice.synthesize", who, limit=synthesizing.PER_HOUR, window_s=3600)
    stock = await _stock(work, calling_desk)
    spoken = await synthesizing.say(work.principal, calling_desk, voice_id, data, stock)
    return await synthesizing.keep(work, calling_desk, spoken)


@get("/scripts", guards=[allow("voice.read")])
async def list_scripts() -> dict[str, Any]:
    """Texts to read aloud for a sample, or to begin an agent's words with."""
    scripts = _scripts()
    return {"items": scripts, "total": len(scripts)}


async def _stock(work: Work, desk: CallingDesk) -> Stock:
    return await desk.stock.of(work.principal, desk.voices, desk.database)


async def _answer(work: Work, voice: Voice) -> Response[Any]:
    licence = await store.licence_of(work, voice.id) if voice.kind == "cloned" else None
    return versioned(voice_view(voice, licence, work), voice.version)


@cache
def _scripts() -> list[dict[str, Any]]:
    data = tomllib.loads(package_files(__package__).joinpath("scripts.toml").read_text("utf-8"))
    return [{**script, "text": script["text"].strip()} for script in data["scripts"]]


router = Router(
    PREFIX,
    route_handlers=[
        list_voices,
        get_voice,
        clone_voice,
        give_consent,
        withdraw_consent,
        retrain_voice,
        update_voice,
        delete_voice,
        synthesize,
        list_scripts,
    ],
    tags=["Voices"],
)
