"""What the simulator answers has the members of the documented answers, and their kinds."""

import asyncio
import json

import httpx
import numpy as np
import pytest
from tests.contract.elevenlabs.conftest import KEY, RACHEL
from tests.unit.calling.voices import sounds

from callout.sandbox import elevenlabs
from callout.sandbox.marked_speech import say

HEADERS = {"xi-api-key": KEY}


@pytest.fixture
def documented(shared_data):
    return lambda name: json.loads((shared_data / "payloads" / "elevenlabs" / f"{name}.json").read_text())


def assert_like(told, wanted, place=""):
    """Every member documented is there and of its kind."""
    if isinstance(wanted, dict):
        for name, value in wanted.items():
            assert name in told, f"{place}.{name} is missing"
            assert_like(told[name], value, f"{place}.{name}")
    elif isinstance(wanted, list):
        assert isinstance(told, list), place
        if wanted and told:
            assert_like(told[0], wanted[0], f"{place}[0]")
    elif wanted is not None:
        numbers = (int, float)
        kind = numbers if isinstance(wanted, numbers) and not isinstance(wanted, bool) else type(wanted)
        assert isinstance(told, kind), f"{place} is {told!r}"


async def transcribed(service, samples, **form):
    file = ("call.wav", sounds.recorded(samples, "WAV", 16_000, "PCM_16"), "audio/wav")
    answer = await service.post(
        "/v1/speech-to-text", data={"model_id": "scribe_v2", **form}, files={"file": file}, headers=HEADERS
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def samples_of(text, length=0):
    samples = np.frombuffer(say(text, rate=16_000).pcm, "<i2")
    return np.pad(samples, (0, max(0, length - len(samples))))


async def test_a_transcript(service, documented):
    told = await transcribed(service, samples_of("Hello world!"))
    assert_like(told, documented("stt_batch_single_channel"))
    assert told["text"] == "Hello world!"


async def test_a_transcript_of_each_channel(service, documented):
    sides = ["Hello from channel one.", "Greetings from channel two."]
    length = max(len(samples_of(side)) for side in sides)
    both = np.stack([samples_of(side, length) for side in sides], axis=1)
    told = await transcribed(service, both, use_multi_channel="true")
    assert_like(told, documented("stt_batch_multichannel"))
    assert [part["text"] for part in told["transcripts"]] == sides


async def test_a_voice_made_set_and_deleted(service, documented):
    files = [("files", ("a.wav", sounds.wav(12), "audio/wav"))]
    made = (await service.post("/v1/voices/add", data={"name": "Olga"}, files=files, headers=HEADERS)).json()
    assert_like(made, documented("voice_add_ivc_200"))
    path = f"/v1/voices/{made['voice_id']}"
    assert_like((await service.get(f"{path}/settings", headers=HEADERS)).json(), documented("voice_settings_200"))
    assert (await service.delete(path, headers=HEADERS)).json() == documented("voice_delete_200")


async def test_a_full_account(service, documented, arrange):
    await arrange("limits", voices=0)
    files = [("files", ("a.wav", sounds.wav(12), "audio/wav"))]
    refused = await service.post("/v1/voices/add", data={"name": "Olga"}, files=files, headers=HEADERS)
    assert (refused.status_code, refused.json()) == (400, documented("error_400_voice_limit_reached"))


async def test_the_webhook_with_the_audio(serve, documented):
    told, came = [], asyncio.Event()

    async def hook(request):
        told.append(json.loads(await request.aread()))
        came.set()
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(hook)) as outgoing:
        service = await serve(elevenlabs.create_app(outgoing))
        await service.post("/_sandbox/webhook", json={"url": "http://us.test", "secret": "s", "events": ["audio"]})
        agent = (
            await service.post("/v1/convai/agents/create", json={"conversation_config": {}}, headers=HEADERS)
        ).json()
        number = {"phone_number": "+15005550006", "label": "Office", "sid": "AC1", "token": "t"}
        known = (await service.post("/v1/convai/phone-numbers", json=number, headers=HEADERS)).json()
        call = {"to_number": "+13055550100", "agent_phone_number_id": known["phone_number_id"], **agent}
        placed = await service.post("/v1/convai/twilio/outbound-call", json=call, headers=HEADERS)
        assert placed.json().keys() == {"success", "message", "conversation_id", "callSid"}
        await asyncio.wait_for(came.wait(), 5)
    assert_like(told[0], documented("convai_webhook_post_call_audio"))


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/nothing", None, 404),
        ("DELETE", "/v1/models", None, 405),
        ("POST", f"/v1/text-to-speech/{RACHEL}", b"{", 422),
        ("POST", f"/v1/text-to-speech/{RACHEL}", b"[]", 422),
        ("POST", f"/v1/text-to-speech/{RACHEL}?output_format=ogg_1", b'{"text": "Hi"}', 422),
        ("POST", f"/v1/text-to-speech/{RACHEL}", b'{"text": "Hi", "model_id": "other"}', 400),
        ("POST", "/v1/voices/add", b"", 422),
        ("GET", "/v2/voices?page_size=500", None, 422),
        ("GET", "/v2/voices?next_page_token=zzz", None, 400),
        ("POST", "/v1/convai/agents/create", b"{}", 422),
        ("GET", "/v1/convai/agents/none", None, 404),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(service, method, path, body, status):
    headers = {**HEADERS, "Content-Type": "application/json"}
    answer = await service.request(method, path, content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert "detail" in answer.json()
