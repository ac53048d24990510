"""Voices: listed over pages, made once, found by their mark, gone after deletion; and what failures mean."""

import asyncio
import json

import httpx
import pytest
from tests.contract.elevenlabs.conftest import BASE_URL, KEY, RACHEL
from tests.unit.calling.voices import sounds

from callout.adapters.elevenlabs.reading import voice_of
from callout.adapters.elevenlabs.voices import ElevenLabsVoices
from callout.features.calling.ports import (
    KeyRefused,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    TooSlow,
    Unavailable,
    VoiceSample,
)

MARKER = "callout-0190-1"
SAMPLE = VoiceSample(filename="sample-1.wav", content_type="audio/wav", audio=sounds.wav(12))


async def cloned(voices, marker=MARKER, **further):
    return await voices.clone("Olga", [SAMPLE], marker=marker, description="The owner", **further)


async def test_stock_voices_are_told_with_what_they_can(voices):
    found = {voice.external_id: voice for voice in await voices.stock_voices()}
    rachel = found[RACHEL]
    assert (rachel.name, rachel.category, rachel.language, rachel.status) == ("Rachel", "premade", "en", "ready")
    assert rachel.verified_languages == ("en", "de", "es", "fr")
    assert rachel.labels["gender"] == "female"
    assert not rachel.is_own_clone


async def test_all_pages_are_read(voices, arrange):
    await arrange("limits", voices=150)
    for number in range(105):
        await cloned(voices, f"callout-x-{number}")
    assert sum(voice.is_own_clone for voice in await voices.stock_voices()) == 105
    assert (await voices.find_clone("callout-x-0")) is not None


async def test_a_clone_is_found_by_its_mark_and_nothing_else(voices):
    made = await cloned(voices, labels={"language": "en", "gender": "female", "use_case": "calls"}, remove_noise=True)
    assert (made.status, made.is_own_clone, made.description) == ("ready", True, "The owner")
    assert (await voices.find_clone(MARKER)).external_id == made.external_id
    assert await voices.find_clone("callout-0190-11") is None
    assert await voices.find_clone("callout-0190") is None


async def test_a_clone_is_looked_up_and_deleted(voices):
    made = await cloned(voices)
    known = await voices.voice(made.external_id)
    assert (known.name, known.category, known.description) == ("Olga", "cloned", "The owner")
    assert await voices.delete(made.external_id) is True
    assert await voices.delete(made.external_id) is False
    assert await voices.voice(made.external_id) is None
    assert await voices.find_clone(MARKER) is None


async def test_a_full_account_has_no_room_for_a_voice(voices, arrange):
    await arrange("limits", voices=1)
    await cloned(voices)
    with pytest.raises(QuotaSpent) as failed:
        await cloned(voices, "callout-2")
    assert failed.value.detail == "voice_limit_reached"
    assert "Delete a voice" in failed.value.remedy
    assert not failed.value.may_have_happened


async def test_an_empty_recording_is_not_accepted(voices):
    with pytest.raises(RequestRefused) as failed:
        await voices.clone("Olga", [VoiceSample(filename="a.wav", content_type="audio/wav", audio=b"")], marker="m")
    assert failed.value.detail == "invalid_voice_sample"


@pytest.mark.parametrize("fault", ["500", "502", "truncated", "garbage"])
async def test_whether_a_clone_was_made_is_open_after_an_answer_that_says_nothing(voices, arrange, fault):
    await arrange("faults", next=[fault])
    with pytest.raises(Unavailable) as failed:
        await cloned(voices)
    assert failed.value.may_have_happened


async def test_a_clone_whose_answer_was_lost_is_found(voices, arrange):
    await arrange("faults", next=["truncated"])
    with pytest.raises(Unavailable):
        await cloned(voices)
    assert (await voices.find_clone(MARKER)) is not None


async def test_a_clone_whose_answer_came_too_late_is_found(service, arrange, monkeypatch):
    monkeypatch.setattr("callout.adapters.elevenlabs.voices.CLONE_TIMEOUT_S", 0.05)
    slow = httpx.AsyncClient(transport=_Impatient(service._transport), base_url=BASE_URL)
    voices = ElevenLabsVoices(slow, api_key=KEY, base_url=BASE_URL)
    await arrange("latency", clone_ms=300)
    with pytest.raises(TooSlow) as failed:
        await cloned(voices)
    assert failed.value.may_have_happened
    assert (await voices.find_clone(MARKER)) is not None
    await slow.aclose()


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_clone_that_was_never_sent_did_not_happen(error):
    def fail(request):
        raise error("no way", request=request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(Unavailable) as failed:
            await cloned(ElevenLabsVoices(client, api_key=KEY, base_url=BASE_URL))
    assert not failed.value.may_have_happened


@pytest.mark.parametrize(
    ("key", "kind", "detail"),
    [
        ("sk_refused_00", KeyRefused, "invalid_api_key"),
        ("wrong", KeyRefused, "invalid_api_key"),
        ("sk_stopped_00", KeyRefused, "detected_unusual_activity"),
        ("sk_limited_00", RateLimited, "system_busy"),
    ],
)
async def test_keys_that_are_not_let_in(service, key, kind, detail):
    with pytest.raises(kind) as failed:
        await ElevenLabsVoices(service, api_key=key, base_url=BASE_URL).stock_voices()
    assert failed.value.detail == detail
    assert key not in f"{failed.value!r} {failed.value.message} {failed.value.remedy}"


async def test_the_key_shows_nowhere(voices):
    assert KEY not in repr(vars(voices))


@pytest.mark.parametrize("name", ["voice_get_200", "voices_list_200", "voices_v2_search_200"])
def test_documented_voices_are_read(shared_data, name):
    told = json.loads((shared_data / "payloads" / "elevenlabs" / f"{name}.json").read_text())
    rows = told.get("voices", [told])
    for voice in map(voice_of, rows):
        assert (voice.name, voice.status, voice.verified_languages) == ("Rachel", "ready", ("en",))


async def test_simulated_voices_have_the_documented_members(service, shared_data):
    documented = json.loads((shared_data / "payloads" / "elevenlabs" / "voice_get_200.json").read_text())
    page = (await service.get("/v2/voices", headers={"xi-api-key": KEY})).json()
    assert page.keys() == {"voices", "has_more", "total_count", "next_page_token"}
    assert documented.keys() <= page["voices"][0].keys()
    assert page["has_more"]
    assert len(page["voices"]) == 10


@pytest.mark.parametrize("strange", [None, [], {}, {"voice_id": 3}, {"voice_id": "a", "labels": 3, "fine_tuning": []}])
def test_strange_voices_do_no_harm(strange):
    voice = voice_of(strange)
    assert voice is None or voice.external_id == "a"


@pytest.mark.parametrize(
    ("tuning", "status", "progress"),
    [
        (
            {"state": {"eleven_multilingual_v2": "fine_tuning"}, "progress": {"eleven_multilingual_v2": 0.4}},
            "training",
            40,
        ),
        ({"state": {"a": "failed"}, "message": {"a": "Too noisy"}}, "failed", None),
        ({"state": {"a": "failed", "b": "fine_tuned"}}, "ready", None),
    ],
)
def test_the_training_of_a_professional_voice(tuning, status, progress):
    voice = voice_of({"voice_id": "a", "category": "professional", "fine_tuning": tuning})
    assert (voice.status, voice.progress_pct) == (status, progress)


def test_a_clone_that_needs_its_speaker_cannot_speak_yet():
    check = {"requires_verification": True, "is_verified": False}
    voice = voice_of({"voice_id": "a", "category": "cloned", "voice_verification": check})
    assert voice.status == "failed"
    assert "verified" in voice.failure


class _Impatient(httpx.AsyncBaseTransport):
    """Keeps the time-outs that the in-process transport does not know."""

    def __init__(self, inner):
        self.inner = inner

    async def handle_async_request(self, request):
        task = asyncio.ensure_future(self.inner.handle_async_request(request))
        done, _ = await asyncio.wait([task], timeout=request.extensions["timeout"]["read"])
        if not done:
            task.cancel()
            raise httpx.ReadTimeout("late", request=request)
        return task.result()
