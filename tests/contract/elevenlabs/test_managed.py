"""Managed calls: the service speaks with an agent like ours, and tells what was said."""

import asyncio
import io
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import soundfile
from tests.contract.elevenlabs.conftest import BASE_URL, KEY, RACHEL

from callout.adapters.elevenlabs.managed import ElevenLabsCalls
from callout.adapters.elevenlabs.managed_wire import conversation_of
from callout.adapters.elevenlabs.signature import check_signature
from callout.features.calling.managed.ports import ManagedAgent, ManagedCall
from callout.features.calling.ports import KeyRefused, NotThere, RequestRefused, Unavailable
from callout.features.conversations.intake_events import read_news
from callout.sandbox import elevenlabs

PHONE = "+13055550100"
AGENT = ManagedAgent(
    name="Mia",
    first_message="Hello {{contact_name}}, this is Mia, an AI assistant calling for Bright Homes.",
    prompt="Offer a visit.",
    variables=("contact_name",),
    language="en-US",
    voice=RACHEL,
    voice_model="eleven_flash_v2_5",
    stability=0.5,
    similarity_boost=0.75,
    speed=1.0,
    llm="gpt-4o-mini",
    temperature=0.7,
    max_tokens=300,
    max_duration_s=300,
)


class Hook:
    """Our address for webhooks."""

    def __init__(self):
        self.events = []
        self.verdicts = []
        self.came = asyncio.Event()

    async def __call__(self, request):
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.verdicts.append(check_signature(headers, body, ["wsec"], datetime.now(UTC)))
        self.events.append(json.loads(body))
        self.came.set()
        return httpx.Response(200)

    async def until(self, count):
        async with asyncio.timeout(5):
            while len(self.events) < count:
                self.came.clear()
                await self.came.wait()


@pytest.fixture
def hook():
    return Hook()


@pytest.fixture
async def service(serve, hook):
    async with httpx.AsyncClient(transport=httpx.MockTransport(hook)) as outgoing:
        client = await serve(elevenlabs.create_app(outgoing))
        events = ["transcription", "audio", "failure"]
        await client.post("/_sandbox/webhook", json={"url": "http://us.test/hook", "secret": "wsec", "events": events})
        yield client


@pytest.fixture
def calls(service):
    return ElevenLabsCalls(service, api_key=KEY, base_url=BASE_URL)


@pytest.fixture
async def number(service):
    given = {"provider": "twilio", "phone_number": "+15005550006", "label": "Office", "sid": "AC1", "token": "t"}
    answer = await service.post("/v1/convai/phone-numbers", json=given, headers={"xi-api-key": KEY})
    return answer.json()["phone_number_id"]


async def placed(calls, number, **further):
    agent_id = await calls.put_agent(AGENT)
    call = ManagedCall(to=PHONE, agent_id=agent_id, number_id=number, variables={"contact_name": "Carla", "call": "7"})
    return await calls.place(call), agent_id


async def test_a_call_is_placed_spoken_and_told(calls, number, hook, arrange):
    turns = [{"role": "user", "message": "Who is this?"}, {"role": "agent", "message": "Mia, an AI."}]
    await arrange("callees", **{PHONE: {"result": "answered", "turns": turns}})
    started, agent_id = await placed(calls, number)
    assert (started.status, started.to, started.call_id[:2]) == ("dialing", PHONE, "CA")
    await hook.until(2)
    call = await calls.conversation(started.external_id)
    assert (call.status, call.to, call.agent_id, call.call_id) == ("completed", PHONE, agent_id, started.call_id)
    assert call.variables["call"] == "7"
    assert [(turn.speaker, turn.text) for turn in call.turns] == [
        ("agent", "Hello Carla, this is Mia, an AI assistant calling for Bright Homes."),
        ("customer", "Who is this?"),
        ("agent", "Mia, an AI."),
    ]
    audio = b"".join([part async for part in calls.audio(started.external_id)])
    assert soundfile.info(io.BytesIO(audio)).duration > 3


async def test_its_webhooks_are_signed_and_read(calls, number, hook):
    started, _ = await placed(calls, number)
    await hook.until(2)
    assert hook.verdicts == ["ok", "ok"]
    assert [event["type"] for event in hook.events] == ["post_call_transcription", "post_call_audio"]
    news = read_news("elevenlabs", hook.events[0])
    assert (news.kind, news.call.external_id, news.call.phone) == ("ended", started.external_id, PHONE)
    assert len(news.call.turns) == 3


@pytest.mark.parametrize(("result", "told"), [("busy", "busy"), ("no_answer", "no_answer"), ("failed", "failed")])
async def test_nobody_answers(calls, number, hook, arrange, result, told):
    await arrange("callees", **{"": {"result": result}})
    started, _ = await placed(calls, number)
    await hook.until(1)
    news = read_news("elevenlabs", hook.events[0])
    assert (news.kind, news.call.call_result) == ("failed", told)
    call = await calls.conversation(started.external_id)
    assert (call.status, call.turns, call.has_audio) == ("failed", (), False)
    with pytest.raises(NotThere):
        [part async for part in calls.audio(started.external_id)]


async def test_an_agent_is_changed_and_made_anew_when_it_is_gone(calls, service):
    agent_id = await calls.put_agent(AGENT)
    german = {"language": "de", "first_message": "Guten Tag."}
    changed = ManagedAgent(**{name: getattr(AGENT, name) for name in AGENT.__struct_fields__} | german)
    assert await calls.put_agent(changed, agent_id) == agent_id
    told = (await service.get(f"/v1/convai/agents/{agent_id}", headers={"xi-api-key": KEY})).json()
    config = told["conversation_config"]
    assert (config["agent"]["language"], config["tts"]["model_id"]) == ("de", "eleven_flash_v2_5")
    assert config["agent"]["prompt"]["llm"] == "gpt-4o-mini"
    assert await calls.delete_agent(agent_id) is True
    assert await calls.delete_agent(agent_id) is False
    assert await calls.put_agent(AGENT, agent_id) != agent_id


async def test_a_voice_that_is_gone_is_said_so(calls):
    agent_id = await calls.put_agent(AGENT)
    mute = ManagedAgent(**{name: getattr(AGENT, name) for name in AGENT.__struct_fields__} | {"voice": "gone"})
    for external_id in (None, agent_id):
        with pytest.raises(NotThere) as failed:
            await calls.put_agent(mute, external_id)
        assert failed.value.detail == "voice_not_found"


async def test_numbers_agents_may_call_from(calls, number):
    (found,) = await calls.numbers()
    assert (found.external_id, found.phone, found.label) == (number, "+15005550006", "Office")


async def test_a_number_that_cannot_be_called(calls, number):
    agent_id = await calls.put_agent(AGENT)
    with pytest.raises(RequestRefused) as failed:
        await calls.place(ManagedCall(to="12", agent_id=agent_id, number_id=number, variables={}))
    assert "Invalid" in failed.value.message
    with pytest.raises(NotThere):
        await calls.place(ManagedCall(to=PHONE, agent_id=agent_id, number_id="none", variables={}))


@pytest.mark.parametrize("fault", ["500", "truncated"])
async def test_a_call_whose_answer_was_lost_is_found(calls, number, arrange, fault):
    since = datetime.now(UTC)
    agent_id = await calls.put_agent(AGENT)
    await arrange("faults", next=[fault])
    with pytest.raises(Unavailable) as failed:
        await calls.place(ManagedCall(to=PHONE, agent_id=agent_id, number_id=number, variables={}))
    assert failed.value.may_have_happened
    found = await calls.placed(agent_id, since=since, to=PHONE)
    assert len(found) == (1 if fault == "truncated" else 0)
    assert await calls.placed(agent_id, since=since, to="+13055550199") == []
    assert await calls.placed(agent_id, since=since + timedelta(minutes=1), to=PHONE) == []


async def test_a_refused_key(service):
    with pytest.raises(KeyRefused):
        await ElevenLabsCalls(service, api_key="sk_refused", base_url=BASE_URL).numbers()


async def test_a_call_nobody_knows(calls):
    assert await calls.conversation("conv_none") is None


def test_the_documented_conversation_is_read(shared_data):
    path = shared_data / "payloads" / "elevenlabs" / "convai_webhook_post_call_transcription.json"
    call = conversation_of(json.loads(path.read_text())["data"])
    assert (call.external_id, call.status, call.duration_s, len(call.turns)) == ("abc", "completed", 22, 3)
    assert call.turns[1].text.startswith("Hey, can you tell me")
    assert call.variables == {"user_name": "angelo"}
