"""The official SDK, pointed at the simulator: so the simulator is not shaped to our adapter."""

import asyncio
import base64
import io

import httpx
import pytest
import soundfile
from elevenlabs import AudioFormat, CommitStrategy, RealtimeEvents, VoiceSettings
from elevenlabs.client import AsyncElevenLabs, ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import AgentConfig, ConversationalConfig
from tests.contract.elevenlabs.conftest import KEY, RACHEL
from tests.unit.calling.voices import sounds

from callout.sandbox.elevenlabs_audio import wav_of
from callout.sandbox.marked_speech import say, words_in

TEXT = "Good morning, this is Mia, an AI assistant calling for Bright Homes."

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning:websockets", "ignore::DeprecationWarning:elevenlabs"
)


@pytest.fixture
async def client(address):
    async with httpx.AsyncClient() as opened:
        yield AsyncElevenLabs(api_key=KEY, base_url=f"http://{address}", httpx_client=opened)


async def test_voices_are_searched_cloned_and_deleted(client):
    page = await client.voices.search(page_size=5, search="german", include_total_count=True)
    assert page.total_count == len(page.voices) == 0
    page = await client.voices.search(page_size=5)
    assert (len(page.voices), page.has_more) == (5, True)
    following = await client.voices.search(page_size=100, next_page_token=page.next_page_token)
    assert not {voice.voice_id for voice in following.voices} & {voice.voice_id for voice in page.voices}
    made = await client.voices.ivc.create(name="Olga", files=[("a.wav", sounds.wav(12))], description="Mine")
    assert made.requires_verification is False
    voice = await client.voices.get(made.voice_id)
    assert (voice.name, voice.category, voice.description) == ("Olga", "cloned", "Mine")
    await client.voices.settings.update(made.voice_id, request=VoiceSettings(stability=0.9))
    assert (await client.voices.settings.get(made.voice_id)).stability == 0.9
    assert (await client.voices.update(made.voice_id, name="Olga O.")).status == "ok"
    assert (await client.voices.delete(made.voice_id)).status == "ok"
    with pytest.raises(ApiError) as refused:
        await client.voices.get(made.voice_id)
    assert refused.value.status_code == 400


async def test_text_becomes_speech_at_once_and_in_parts(client):
    whole = b"".join(
        [part async for part in client.text_to_speech.convert(RACHEL, text=TEXT, output_format="pcm_8000")]
    )
    stream = client.text_to_speech.stream(RACHEL, text=TEXT, model_id="eleven_flash_v2_5", output_format="pcm_8000")
    parts = [part async for part in stream]
    assert words_in(whole) == TEXT
    assert b"".join(parts) == whole
    mp3 = b"".join([part async for part in client.text_to_speech.convert(RACHEL, text=TEXT)])
    assert soundfile.info(io.BytesIO(mp3)).samplerate == 44_100


async def test_speech_comes_with_the_time_of_every_letter(client):
    told = await client.text_to_speech.convert_with_timestamps(RACHEL, text=TEXT, output_format="pcm_8000")
    assert "".join(told.alignment.characters) == TEXT
    assert words_in(base64.b64decode(told.audio_base_64)) == TEXT
    stream = client.text_to_speech.stream_with_timestamps(RACHEL, text=TEXT, output_format="pcm_8000")
    parts = [part async for part in stream]
    letters = [letter for part in parts for letter in part.alignment.characters]
    ends = [end for part in parts for end in part.alignment.character_end_times_seconds]
    assert "".join(letters) == TEXT
    assert ends == sorted(ends)


async def test_text_streams_in_and_speech_streams_out(address):
    def speak():
        with httpx.Client() as opened:
            client = ElevenLabs(api_key=KEY, base_url=f"http://{address}", httpx_client=opened)
            client.text_to_speech._ws_base_url = f"ws://{address}"
            words = iter(["Good morning, ", "this is Mia."])
            return b"".join(client.text_to_speech.convert_realtime(RACHEL, text=words, output_format="pcm_8000"))

    assert words_in(await asyncio.to_thread(speak)) == "Good morning, this is Mia."


async def test_recordings_become_text(client):
    said = say(TEXT, rate=16_000)
    told = await client.speech_to_text.convert(model_id="scribe_v2", file=("call.wav", wav_of(said.pcm, 16_000)))
    assert (told.text, told.language_code) == (TEXT, "en")
    assert [row.text for row in told.words if row.type == "word"] == TEXT.split()
    assert told.words[0].start == pytest.approx(0, abs=0.01)
    spoken = b"".join([part async for part in client.text_to_speech.convert(RACHEL, text=TEXT)])
    assert (await client.speech_to_text.convert(model_id="scribe_v1", file=("a.mp3", spoken))).text == TEXT


async def test_live_speech_becomes_text(client):
    heard: dict[str, list[dict]] = {"partial": [], "committed": [], "timed": [], "errors": []}
    connection = await client.speech_to_text.realtime.connect(
        {
            "model_id": "scribe_v2_realtime",
            "audio_format": AudioFormat.PCM_16000,
            "sample_rate": 16_000,
            "commit_strategy": CommitStrategy.MANUAL,
            "include_timestamps": True,
        }
    )
    done = asyncio.Event()
    connection.on(RealtimeEvents.PARTIAL_TRANSCRIPT, heard["partial"].append)
    connection.on(RealtimeEvents.COMMITTED_TRANSCRIPT, heard["committed"].append)
    connection.on(RealtimeEvents.ERROR, heard["errors"].append)
    connection.on(
        RealtimeEvents.COMMITTED_TRANSCRIPT_WITH_TIMESTAMPS, lambda told: (heard["timed"].append(told), done.set())
    )
    pcm = say(TEXT, rate=16_000).pcm
    for start in range(0, len(pcm), 3_200):
        await connection.send({"audio_base_64": base64.b64encode(pcm[start : start + 3_200]).decode()})
    await connection.commit()
    await asyncio.wait_for(done.wait(), 5)
    await connection.close()
    assert len(heard["partial"]) > 5
    assert heard["committed"][0]["text"] == TEXT
    assert [row["text"] for row in heard["timed"][0]["words"] if row["type"] == "word"] == TEXT.split()
    assert heard["errors"] == []


async def test_an_agent_phones(client):
    config = ConversationalConfig(agent=AgentConfig(first_message="Hello {{name}}, this is Mia.", language="en"))
    agent = await client.conversational_ai.agents.create(name="Mia", conversation_config=config)
    number = await client.conversational_ai.phone_numbers.create(
        request={"provider": "twilio", "phone_number": "+15005550006", "label": "Office", "sid": "AC1", "token": "t"}
    )
    placed = await client.conversational_ai.twilio.outbound_call(
        agent_id=agent.agent_id,
        agent_phone_number_id=number.phone_number_id,
        to_number="+13055550100",
        conversation_initiation_client_data={"dynamic_variables": {"name": "Carla"}},
    )
    assert placed.success
    assert placed.call_sid.startswith("CA")
    async with asyncio.timeout(5):
        while (told := await client.conversational_ai.conversations.get(placed.conversation_id)).status != "done":  # noqa: ASYNC110 - the call is elsewhere
            await asyncio.sleep(0.02)
    assert told.transcript[0].message == "Hello Carla, this is Mia."
    assert told.metadata.phone_call.external_number == "+13055550100"
    audio = b"".join([part async for part in client.conversational_ai.conversations.audio.get(placed.conversation_id)])
    assert soundfile.info(io.BytesIO(audio)).duration > 1


async def test_a_refused_key_is_an_error_of_the_sdk(address):
    async with httpx.AsyncClient() as opened:
        client = AsyncElevenLabs(api_key="sk_refused", base_url=f"http://{address}", httpx_client=opened)
        with pytest.raises(ApiError) as refused:
            await client.models.list()
    assert refused.value.status_code == 401
