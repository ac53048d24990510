"""What the simulator sends is what the adapter believes, and the documented vector verifies."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from callout.adapters.cloned_voice.signature import check_signature as check_cloned_voice
from callout.adapters.elevenlabs.signature import check_signature
from callout.kit.timed_hmac import sign
from callout.sandbox import elevenlabs

SECRET = "wsec_test"
CONVERSATION = {
    "conversation_id": "conv_1",
    "phone_number": "+13055550100",
    "turns": [{"role": "agent", "message": "Hello"}, {"role": "user", "message": "Yes please"}],
}


class Receiver:
    """An endpoint that checks every delivery and answers what it is told to."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.verdicts: list[str] = []
        self.bodies: list[dict] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.verdicts.append(check_signature(headers, body, [SECRET], datetime.now(UTC)))
        self.bodies.append(json.loads(body))
        return httpx.Response(self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def simulator(receiver, serve):
    outgoing = httpx.AsyncClient(transport=httpx.MockTransport(receiver))
    yield await serve(elevenlabs.create_app(outgoing))
    await outgoing.aclose()


async def deliver(simulator, **members):
    body = {"webhook_url": "http://receiver.test/hook", "secret": SECRET, "conversation": CONVERSATION, **members}
    answer = await simulator.post("/_sandbox/deliver", json={"retry_pause_s": 0, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["deliveries"]


async def test_a_finished_call_is_one_signed_delivery(simulator, receiver):
    (delivery,) = await deliver(simulator)
    assert (delivery["event"], delivery["status"]) == ("post_call_transcription", 200)
    assert receiver.verdicts == ["ok"]


async def test_its_shape_is_the_documented_one(simulator, receiver, shared_data):
    await deliver(simulator)
    documented = json.loads((vectors(shared_data) / "convai_webhook_post_call_transcription.json").read_text())
    sent = receiver.bodies[0]
    assert sent.keys() == documented.keys()
    assert sent["data"].keys() == documented["data"].keys()
    assert sent["data"]["transcript"][0].keys() == documented["data"]["transcript"][0].keys()


async def test_a_failing_receiver_is_tried_again_and_a_refusing_one_is_not(simulator, receiver):
    receiver.answers = [500, 503, 200]
    (again,) = await deliver(simulator)
    receiver.answers = [401]
    (refused,) = await deliver(simulator)
    assert (again["status"], again["attempts"]) == (200, 3)
    assert (refused["status"], refused["attempts"]) == (401, 1)


async def test_duplicates_and_disorder_on_request(simulator, receiver):
    straight = await deliver(simulator, style="live")
    mixed = await deliver(simulator, style="live", duplicates=1, out_of_order=True, seed=3)
    assert [one["event"] for one in straight] == ["call_started", *["conversation_updated"] * 2, "call_ended"]
    assert len(mixed) == 8
    assert [one["event"] for one in mixed] != sorted([one["event"] for one in mixed], reverse=True)
    assert set(receiver.verdicts) == {"ok"}


def vectors(shared_data: Path) -> Path:
    return shared_data / "payloads" / "elevenlabs"


def documented(shared_data: Path):
    vector = json.loads((vectors(shared_data) / "convai_webhook_signature.json").read_text())["test_vector"]
    body = (vectors(shared_data) / vector["raw_body_file"]).read_bytes()
    return vector, body, datetime.fromtimestamp(int(vector["timestamp"]), UTC)


def test_the_documented_vector_verifies(shared_data):
    vector, body, now = documented(shared_data)
    headers = {"elevenlabs-signature": vector["signature"]}
    assert check_signature(headers, body, [vector["secret"]], now) == "ok"
    assert check_signature(headers, body, ["other", vector["secret"]], now) == "ok"
    assert check_signature(headers, body, ["other"], now) == "bad_signature"
    assert check_signature(headers, body, [], now) == "bad_signature"
    assert check_signature(headers, body + b" ", [vector["secret"]], now) == "bad_signature"
    assert check_signature(headers, body, [vector["secret"]], now + timedelta(seconds=301)) == "stale"
    assert check_signature(headers, body, [vector["secret"]], now - timedelta(seconds=301)) == "stale"


@pytest.mark.parametrize("header", ["", "t=,v0=", "t=abc,v0=00", "v0=00", "t=1739537297", "t=1739537297,v0=é", "=,=,="])
def test_a_broken_header_is_a_bad_signature(header, shared_data):
    vector, body, now = documented(shared_data)
    assert check_signature({"elevenlabs-signature": header}, body, [vector["secret"]], now) == "bad_signature"


@pytest.mark.parametrize("name", ["x-elevenlabs-signature", "x-signature"])
def test_older_integrations_sign_in_two_headers(name):
    now = datetime.now(UTC)
    at = str(int(now.timestamp()))
    headers = {name: sign(SECRET, at, b"{}"), "x-timestamp": at}
    assert check_signature(headers, b"{}", [SECRET], now) == "ok"
    assert check_signature({name: headers[name]}, b"{}", [SECRET], now) == "bad_signature"


def test_cloned_voice_signs_time_and_body():
    now = datetime.now(UTC)
    at = str(int(now.timestamp()))
    headers = {"x-cloned-voice-signature": sign(SECRET, at, b"{}"), "x-timestamp": at}
    assert check_cloned_voice(headers, b"{}", [SECRET], now) == "ok"
    assert check_cloned_voice(headers, b"{ }", [SECRET], now) == "bad_signature"
