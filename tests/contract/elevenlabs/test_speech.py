"""Speech: in every format what was asked for, billed as told; and what failures mean."""

import asyncio
import io
import json

import httpx
import pytest
import soundfile
from tests.contract.elevenlabs.conftest import BASE_URL, KEY, RACHEL

from callout.adapters.elevenlabs.refusals import failure_of
from callout.adapters.elevenlabs.speech import ElevenLabsSpeech, body_of
from callout.features.calling.ports import (
    KeyRefused,
    NotThere,
    QuotaSpent,
    RateLimited,
    RequestRefused,
    Unavailable,
    Utterance,
)
from callout.sandbox.elevenlabs_audio import text_in
from callout.sandbox.marked_speech import pcm_of, words_in

TEXT = "Good morning, this is Mia, an AI assistant calling for Bright Homes."


def say(text=TEXT, **further):
    return Utterance(text=text, voice=RACHEL, **further)


@pytest.mark.parametrize("kind", ["pcm_8000", "pcm_16000", "pcm_24000", "ulaw_8000"])
async def test_raw_audio_says_the_text(speech, kind):
    spoken = await speech.speak(say(format=kind))
    pcm = pcm_of(spoken.audio) if kind == "ulaw_8000" else spoken.audio
    assert words_in(pcm) == TEXT
    assert len(pcm) / 2 / int(kind.partition("_")[2]) == pytest.approx(len(TEXT) / 15.4, rel=0.02)


@pytest.mark.parametrize(("kind", "rate"), [("mp3", 44_100), ("wav", 24_000)])
async def test_files_can_be_decoded_and_say_the_text(speech, kind, rate):
    spoken = await speech.speak(say(format=kind))
    samples, found = soundfile.read(io.BytesIO(spoken.audio), dtype="int16")
    assert found == rate
    assert len(samples) / rate == pytest.approx(len(TEXT) / 15.4, rel=0.05)
    assert text_in(spoken.audio, samples.astype("<i2").tobytes()) == TEXT


async def test_voices_one_can_understand_say_the_text_too(speech, arrange):
    usual = await speech.speak(say(format="pcm_8000"))
    told = await arrange("audible", on=True)
    audible = await speech.speak(say(format="pcm_8000"))
    assert words_in(audible.audio) == TEXT
    assert (audible.audio != usual.audio) == told["is_there"]


async def test_what_is_billed_is_told(speech):
    flash = await speech.speak(say(model="eleven_flash_v2_5"))
    wide = await speech.speak(say(model="eleven_multilingual_v2"))
    assert (flash.characters, wide.characters) == (len(TEXT) // 2, len(TEXT))
    assert flash.request_id


async def test_a_stream_is_the_same_speech_in_parts(address):
    async with httpx.AsyncClient() as client:
        speech = ElevenLabsSpeech(client, api_key=KEY, base_url=f"http://{address}")
        await in_parts(speech)


async def in_parts(speech):
    parts = [part async for part in speech.stream(say(format="pcm_8000"))]
    assert len(parts) > 2
    assert b"".join(parts) == (await speech.speak(say(format="pcm_8000"))).audio


async def test_models_that_speak(speech):
    models = {model.id: model for model in await speech.models()}
    assert "de" in models["eleven_flash_v2_5"].languages
    assert models["eleven_multilingual_v2"].char_limit == 10_000
    assert "eleven_english_sts_v2" not in models


def test_only_models_that_are_told_the_language_are():
    assert body_of(say(language="de-AT"))["language_code"] == "de"
    assert "language_code" not in body_of(say(language="de", model="eleven_multilingual_v2"))
    assert body_of(say(speed=3.0))["voice_settings"]["speed"] == 1.2


async def test_a_voice_that_is_gone(speech):
    with pytest.raises(NotThere) as failed:
        await speech.speak(Utterance(text="Hi", voice="gone/../elsewhere"))
    assert failed.value.detail in {"voice_not_found", None}


async def test_a_text_longer_than_the_model_takes(speech):
    with pytest.raises(RequestRefused) as failed:
        await speech.speak(say("a " * 6_000, model="eleven_multilingual_v2"))
    assert failed.value.detail == "max_character_limit_exceeded"
    assert "Shorten" in failed.value.remedy


async def test_a_setting_out_of_bounds(speech):
    with pytest.raises(RequestRefused) as failed:
        await speech.speak(say(stability=7.0))
    assert "stability" in failed.value.message


async def test_characters_that_are_spent(service):
    speech = ElevenLabsSpeech(service, api_key="sk_spent_00", base_url=BASE_URL)
    with pytest.raises(QuotaSpent) as failed:
        await speech.speak(say())
    assert failed.value.detail == "quota_exceeded"
    with pytest.raises(QuotaSpent):
        [part async for part in speech.stream(say())]


async def test_too_much_at_once(speech, arrange):
    await arrange("limits", concurrent=2)
    await arrange("latency", tts_first_ms=150)
    outcomes = await asyncio.gather(
        *(speech.speak(say(f"{TEXT} {number}")) for number in range(4)), return_exceptions=True
    )
    refused = [one for one in outcomes if isinstance(one, RateLimited)]
    assert len(refused) == 2
    assert {one.detail for one in refused} == {"too_many_concurrent_requests"}
    assert refused[0].retry_after_s < 5


@pytest.mark.parametrize(
    ("fault", "kind"), [("500", Unavailable), ("429", RateLimited), ("401", KeyRefused), ("408", Unavailable)]
)
async def test_faults_by_family(speech, arrange, fault, kind):
    await arrange("faults", next=[fault])
    with pytest.raises(kind):
        await speech.speak(say())
    assert (await speech.speak(say())).audio


@pytest.mark.parametrize(
    ("name", "status", "kind"),
    [
        ("error_400_voice_limit_reached", 400, QuotaSpent),
        ("error_400_voice_not_found", 400, NotThere),
        ("error_401_invalid_api_key", 401, KeyRefused),
        ("error_401_quota_exceeded", 401, QuotaSpent),
        ("error_422_validation", 422, RequestRefused),
        ("error_429_system_busy", 429, RateLimited),
        ("error_429_too_many_concurrent_requests", 429, RateLimited),
    ],
)
def test_documented_errors_are_named_by_what_to_do(shared_data, name, status, kind):
    body = json.loads((shared_data / "payloads" / "elevenlabs" / f"{name}.json").read_text())
    failed = failure_of(status, body, api_key="sk_secret")
    assert type(failed) is kind
    assert failed.is_final == (kind is not RateLimited)


async def test_simulated_errors_are_the_documented_ones(service, shared_data):
    def documented(name):
        return json.loads((shared_data / "payloads" / "elevenlabs" / f"{name}.json").read_text())

    async def told(path, key="sk_sandbox_callout", body=None):
        answer = await service.post(f"/v1/text-to-speech/{path}", json=body or {}, headers={"xi-api-key": key})
        return answer.status_code, answer.json()

    assert await told(RACHEL, "sk_refused") == (401, documented("error_401_invalid_api_key"))
    assert await told(RACHEL) == (422, documented("error_422_validation"))
    assert await told(RACHEL, "sk_limited") == (429, documented("error_429_system_busy"))
    status, body = await told("nobody", body={"text": "Hi"})
    assert (status, body["detail"]["status"]) == (400, "voice_not_found")


def test_a_key_in_an_error_is_taken_out():
    failed = failure_of(400, {"detail": {"status": "odd", "message": "your key sk_secret is odd"}}, api_key="sk_secret")
    assert "sk_secret" not in failed.message
    assert isinstance(failed, RequestRefused)


@pytest.mark.parametrize("body", [None, [], "words", {"detail": None}, {"detail": []}, {"detail": "Not Found"}, 3])
def test_strange_errors_do_no_harm(body):
    assert isinstance(failure_of(418, body, api_key=""), RequestRefused)
