"""Answers and webhooks as Twilio really sends them."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from tests.contract.twilio.conftest import SID, TOKEN

from callout.adapters.twilio import TwilioReports, TwilioTelephony
from callout.adapters.twilio.refusals import failure_of
from callout.adapters.twilio.wire import call_of, moment, recording_of
from callout.features.calling.ports import (
    KeyRefused,
    NotThere,
    RateLimited,
    RequestRefused,
    Unavailable,
)
from callout.sandbox import twilio_shapes
from callout.sandbox.twilio_behaviour import behaviour_of
from callout.sandbox.twilio_exchange import Form, Line

REPORTS = TwilioReports(auth_token=TOKEN, public_url="https://callout.test")
NOW = datetime(2023, 7, 20, 18, 40, tzinfo=UTC)


@pytest.fixture
def payload(shared_data):
    def read(name):
        return (shared_data / "payloads" / "twilio" / name).read_bytes().strip()

    return read


@pytest.mark.parametrize(
    ("name", "status", "sequence", "duration", "answered", "error"),
    [
        ("initiated", "dialing", 0, None, None, None),
        ("ringing", "ringing", 1, None, None, None),
        ("answered_in-progress", "in_progress", 2, None, None, None),
        ("completed_human", "completed", 3, 42, "human", None),
        ("completed_machine", "completed", 3, 21, "machine", None),
        ("failed", "failed", 1, None, None, "404"),
        ("no-answer", "no_answer", 2, None, None, "487"),
    ],
)
def test_statuses(payload, name, status, sequence, duration, answered, error):
    told = REPORTS.read("status", payload(f"webhooks/status_{name}.form"), NOW)
    assert (told.status, told.sequence, told.duration_s, told.answered_by, told.error_code) == (
        status, sequence, duration, answered, error,
    )  # fmt: skip
    assert told.external_id == "CAf19604a3eec3e63d157870c5f7f3b3a0"
    assert abs(told.at - NOW) < timedelta(minutes=11)


def test_a_time_out_of_the_world_is_not_believed(payload):
    body = payload("webhooks/status_ringing.form")
    assert REPORTS.read("status", body, NOW - timedelta(hours=1)).at is None
    assert REPORTS.read("status", body, NOW + timedelta(days=30)).at is None
    assert REPORTS.read("status", payload("webhooks/status_busy.form"), NOW).status == "busy"


@pytest.mark.parametrize(
    ("name", "answered", "is_end"),
    [
        ("human", "human", False),
        ("fax", "fax", False),
        ("unknown", "unknown", False),
        ("machine_start", "machine", False),
        ("machine_end_beep", "machine", True),
        ("machine_end_silence", "machine", True),
    ],
)
def test_detections(payload, name, answered, is_end):
    told = REPORTS.read("amd", payload(f"webhooks/async_amd_{name}.form"), NOW)
    assert (told.answered_by, told.is_message_end, told.status) == (answered, is_end, None)


def test_recordings_and_inbound_calls(payload):
    told = REPORTS.read("recording", payload("webhooks/recording_completed.form"), NOW)
    assert (told.external_id, told.call_id) == (
        "RE557ce644e5ab84fa21cc21112e22c485",
        "CAf19604a3eec3e63d157870c5f7f3b3a0",
    )
    assert (told.status, told.duration_s, told.channels) == ("completed", 53, 2)
    assert REPORTS.read("recording", payload("webhooks/recording_absent.form"), NOW).status == "absent"
    incoming = REPORTS.read("inbound", payload("webhooks/incoming_voice.form"), NOW)
    assert (incoming.from_number, incoming.to) == ("+15005550006", "+15005550010")
    withheld = payload("webhooks/incoming_voice.form").replace(b"&From=%2B15005550006", b"&From=anonymous")
    assert REPORTS.read("inbound", withheld, NOW).from_number == ""


@pytest.mark.parametrize("kind", ["status", "amd", "recording", "inbound", "stream"])
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"CallSid=", b"CallSid=CA1", b"CallSid=CA1&CallStatus=new"])
def test_nonsense_is_nothing(kind, body):
    assert REPORTS.read(kind, body, NOW) is None


def test_calls(payload):
    fetched = call_of(json.loads(payload("rest/call_fetch_200.json")))
    assert (fetched.status, fetched.duration_s, fetched.answered_by) == ("completed", 4, "machine")
    assert (fetched.cost, fetched.currency) == (Decimal("0.200"), "USD")
    assert fetched.created_at == datetime(2019, 10, 18, 17, tzinfo=UTC)
    queued = call_of(json.loads(payload("rest/call_create_amd_queued.json")))
    assert (queued.status, queued.created_at, queued.cost, queued.currency) == ("dialing", None, None, None)
    assert call_of(json.loads(payload("rest/call_create_queued_legacy.json"))).external_id.startswith("CA")
    assert call_of(json.loads(payload("rest/call_cancel_200.json"))).external_id.startswith("CA")
    tape = recording_of(json.loads(payload("rest/recordings_list_200.json"))["recordings"][0])
    assert (tape.status, tape.duration_s, tape.channels) == ("completed", 4, 2)
    assert moment("nonsense") is None
    with pytest.raises(Unavailable):
        call_of({"sid": None})


async def test_pages_are_read_one_after_the_other(payload):
    last = json.loads(payload("rest/calls_list_page2_200.json")) | {"next_page_uri": None}
    pages = {"0": payload("rest/calls_list_page1_200.json"), "1": json.dumps(last).encode()}
    asked = []

    def answer(request):
        asked.append(request.url)
        return httpx.Response(200, content=pages[request.url.params.get("Page", "0")])

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        telephony = TwilioTelephony(client, account_sid=SID, auth_token=TOKEN)
        calls = await telephony.calls_to("+13051913581", since=datetime(2019, 1, 1, tzinfo=UTC))
        assert len(calls) == sum(len(json.loads(page)["calls"]) for page in pages.values())
        assert len(asked) == 2
        assert asked[0].params["To"] == "+13051913581"
        late = await telephony.calls_to("+13051913581", since=datetime(2020, 1, 1, tzinfo=UTC))
        assert late == []
        assert len(asked) == 3, "older ones need no second page"


@pytest.mark.parametrize(
    ("name", "status", "kind", "detail", "advice"),
    [
        ("20003_auth_401", 401, KeyRefused, "20003", "Auth Token"),
        ("20404_not_found_404", 404, NotThere, "20404", ""),
        ("20429_rate_limit_429", 429, RateLimited, "20429", ""),
        ("21211_invalid_to_400", 400, RequestRefused, "21211", "contact"),
        ("21215_geo_400", 400, RequestRefused, "21215", "Geo permissions"),
        ("21610_unsubscribed_400", 400, RequestRefused, "21610", ""),
    ],
)
def test_refusals(payload, name, status, kind, detail, advice):
    told = json.loads(payload(f"rest/error_{name}.json"))
    failed = failure_of(status, told["code"], told["message"], token=TOKEN, headers={}, changes=True)
    assert type(failed) is kind
    assert failed.detail == detail
    assert advice in failed.remedy
    assert not failed.may_have_happened


def test_simulated_calls_look_like_real_ones(payload):
    real = json.loads(payload("rest/call_fetch_200.json"))
    assert set(real) <= set(_simulated_call())
    for name, value in real.items():
        simulated = _simulated_call()[name]
        assert value is None or simulated is None or type(simulated) is type(value), name
    assert set(real["subresource_uris"]) == set(_simulated_call()["subresource_uris"])
    tape = json.loads(payload("rest/recordings_list_200.json"))
    assert set(tape) - {"recordings"} <= set(twilio_shapes.page([], "recordings", "/x", {}))
    assert twilio_shapes.rfc2822(datetime(2019, 10, 18, 17, tzinfo=UTC)) == real["date_created"]


def _simulated_call():
    line = Line("CA" + "0" * 32, SID, "+13055550100", "+15005550006", NOW, behaviour_of("+13055550100"), Form())
    line.status, line.duration, line.answered, line.ended = "completed", 61, NOW, NOW
    return twilio_shapes.call(line)
