"""Voices of the ElevenLabs simulator: listed, searched, cloned from samples, changed, deleted."""

import base64
from typing import Any

from litestar import MediaType, Request, Response, delete, get, post
from litestar.datastructures import State, UploadFile

from callout.sandbox.elevenlabs_audio import render
from callout.sandbox.elevenlabs_rules import Refused
from callout.sandbox.elevenlabs_stock import DEFAULT_SETTINGS, labels_of, new_voice, stock_voices
from callout.sandbox.elevenlabs_world import Account, entered, new_id, object_of, paused, unix_now
from callout.sandbox.keyed import answer

Asked = Request[Any, Any, State]
MOST_FILES = 25
SMALLEST_SAMPLE = 1_000
"""Bytes; less is no recording."""
_SETTINGS = {"stability": (0.0, 1.0), "similarity_boost": (0.0, 1.0), "style": (0.0, 1.0), "speed": (0.7, 1.2)}
_SEARCHED = ("name", "description", "category")


@get("/v1/voices")
async def all_voices(request: Asked, state: State) -> Response[Any]:
    """Every voice of the account."""
    _, account = entered(request, state)
    return answer(200, {"voices": [_shown(request, voice) for voice in _voices(account)]})


@get("/v2/voices")
async def search_voices(request: Asked, state: State) -> Response[Any]:
    """A page of the voices that match."""
    _, account = entered(request, state)
    asked = {name: value for name, value in request.query_params.items() if value}
    found = [voice for voice in _voices(account) if _matches(voice, asked)]
    if asked.get("sort"):
        found.sort(key=lambda voice: voice[asked["sort"]], reverse=asked.get("sort_direction") == "desc")
    start, size = _start(asked.get("next_page_token")), _page_size(asked.get("page_size", "10"))
    page, has_more = found[start : start + size], start + size < len(found)
    told = {
        "voices": [_shown(request, voice) for voice in page],
        "has_more": has_more,
        "total_count": 0 if asked.get("include_total_count") == "false" else len(found),
        "next_page_token": base64.urlsafe_b64encode(str(start + size).encode()).decode() if has_more else None,
    }
    return answer(200, told)


@post("/v1/voices/add")
async def add_voice(request: Asked, state: State) -> Response[Any]:
    """A voice made at once from samples; it stands before the answer is given, however late that is."""
    world, account = entered(request, state)
    form = await request.form()
    name = str(form.get("name") or "").strip()
    files = [file for file in form.getall("files", []) if isinstance(file, UploadFile)]
    if not name or not files:
        raise Refused.missing(*[("body", member) for member, sent in (("name", name), ("files", files)) if not sent])
    if len(files) > MOST_FILES:
        raise Refused(400, "too_many_samples", f"A voice is made of at most {MOST_FILES} samples.")
    if len(account.voices) >= account.limits.voices:
        raise Refused(400, "voice_limit_reached", "You have reached your maximum amount of custom voices.")
    samples = [await _sample(file) for file in files]
    voice_id = new_id("voice")
    account.voices[voice_id] = new_voice(
        voice_id,
        name,
        "cloned",
        description=str(form["description"]) if form.get("description") else None,
        labels=labels_of(form.get("labels")),
        created_at=unix_now(),
        samples=samples,
    )
    await paused(world.delays.clone_ms)
    return answer(200, {"voice_id": voice_id, "requires_verification": False})


@get("/v1/voices/settings/default")
async def default_settings(request: Asked, state: State) -> Response[Any]:
    """The settings of a voice nobody changed."""
    entered(request, state)
    return answer(200, dict(DEFAULT_SETTINGS))


@get("/v1/voices/{voice_id:str}")
async def one_voice(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """One voice."""
    _, account = entered(request, state)
    return answer(200, _shown(request, voice_in(account, voice_id)))


@get("/v1/voices/{voice_id:str}/settings")
async def settings_of(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """The settings of a voice."""
    _, account = entered(request, state)
    return answer(200, voice_in(account, voice_id)["settings"])


@post("/v1/voices/{voice_id:str}/settings/edit")
async def edit_settings(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """Changes the settings of a voice."""
    _, account = entered(request, state)
    voice, given = voice_in(account, voice_id), object_of(await request.json())
    check_settings(given)
    voice["settings"] = {**voice["settings"], **{key: given[key] for key in DEFAULT_SETTINGS if key in given}}
    return answer(200, {"status": "ok"})


@post("/v1/voices/{voice_id:str}/edit")
async def edit_voice(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """Changes name, description and labels of an own voice."""
    _, account = entered(request, state)
    voice, form = _own(account, voice_id), await request.form()
    if not form.get("name"):
        raise Refused.missing(("body", "name"))
    voice["name"] = str(form["name"])
    if "description" in form:
        voice["description"] = str(form["description"])
    if form.get("labels") not in (None, "null"):
        voice["labels"] = labels_of(form["labels"])
    return answer(200, {"status": "ok"})


@delete("/v1/voices/{voice_id:str}", status_code=200)
async def delete_voice(request: Asked, state: State, voice_id: str) -> Response[Any]:
    """Deletes an own voice."""
    _, account = entered(request, state)
    del account.voices[_own(account, voice_id)["voice_id"]]
    return answer(200, {"status": "ok"})


@get("/_sandbox/previews/{name:str}")
async def preview(name: str) -> Response[bytes]:
    """The sample of a ready-made voice."""
    voice = stock_voices().get(name.removesuffix(".mp3"))
    if voice is None:
        raise Refused(404, "not_found", "There is no such sample.")
    audio = render(f"Hello, my name is {voice['name']}.", "mp3_44100_128", voice=voice["voice_id"]).audio
    return Response(audio, media_type="audio/mpeg")


ROUTES = [
    all_voices, search_voices, add_voice, default_settings, one_voice, settings_of, edit_settings, edit_voice,
    delete_voice, preview,
]  # fmt: skip


def voice_in(account: Account, voice_id: str) -> dict[str, Any]:
    """A voice the account may use.

    Raises:
        Refused: there is none.
    """
    voice = account.voices.get(voice_id) or stock_voices().get(voice_id)
    if voice is None:
        raise Refused.no_voice(voice_id)
    return voice


def check_settings(given: dict[str, Any]) -> None:
    """Passes settings of a voice that are numbers within their bounds.

    Raises:
        Refused: one is not.
    """
    for name, (least, most) in _SETTINGS.items():
        value = given.get(name)
        if value is not None and not (isinstance(value, int | float) and least <= value <= most):
            words = f"Input should be between {least} and {most}"
            raise Refused.invalid((("body", "voice_settings", name), words, "value_error"))


def _voices(account: Account) -> list[dict[str, Any]]:
    return [*account.voices.values(), *stock_voices().values()]


def _own(account: Account, voice_id: str) -> dict[str, Any]:
    voice_in(account, voice_id)
    if voice_id not in account.voices:
        raise Refused(400, "voice_does_not_belong_to_user", "This voice is not yours.")
    return account.voices[voice_id]


def _shown(request: Asked, voice: dict[str, Any]) -> dict[str, Any]:
    if voice["category"] != "premade":
        return voice
    return {**voice, "preview_url": f"{str(request.base_url).rstrip('/')}/_sandbox/previews/{voice['voice_id']}.mp3"}


def _matches(voice: dict[str, Any], asked: dict[str, str]) -> bool:
    words = " ".join([*(str(voice[name] or "") for name in _SEARCHED), *voice["labels"].values()]).lower()
    if asked.get("search", "").lower() not in words or asked.get("category") not in {None, voice["category"]}:
        return False
    is_default = voice["category"] == "premade"
    kind = asked.get("voice_type")
    if kind in {"personal", "workspace", "non-default", "non-community", "saved"} and is_default:
        return False
    if kind == "community" or (kind == "default" and not is_default):
        return False
    return all(voice["labels"].get(name) == asked[name] for name in ("gender", "age", "accent") if name in asked)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode())
    except ValueError:
        raise Refused(400, "invalid_next_page_token", "The next page token is not valid.") from None


def _page_size(sent: str) -> int:
    if not sent.isdigit() or not 1 <= int(sent) <= 100:
        words = "Input should be less than or equal to 100"
        raise Refused.invalid((("query", "page_size"), words, "less_than_equal"))
    return int(sent)


async def _sample(file: UploadFile) -> dict[str, Any]:
    content = await file.read()
    if len(content) < SMALLEST_SAMPLE:
        raise Refused(400, "invalid_voice_sample", f"The file {file.filename} is corrupted or holds no audio.")
    return {
        "sample_id": new_id("sample"),
        "file_name": file.filename,
        "mime_type": file.content_type or MediaType.TEXT,
        "size_bytes": len(content),
        "hash": f"{hash(content) & 0xFFFFFFFF:08x}",
        "duration_secs": None,
        "remove_background_noise": None,
        "has_isolated_audio": None,
        "has_isolated_audio_preview": None,
    }
