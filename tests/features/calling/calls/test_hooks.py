"""Webhooks of the telephony provider, sent by the simulated one: signed, kept once, in any order."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlalchemy import func, select, text
from twilio.request_validator import RequestValidator

from callout.adapters.twilio import TwilioReports, TwilioTelephony
from callout.features.accounts.business import rotate_webhook_token
from callout.features.accounts.events import TenantUpdated
from callout.features.calling.calls import hooks_api, store
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.dialling import Dialler
from callout.features.calling.calls.tables import Call, CallFact
from callout.features.calling.desk import CallingDesk
from callout.features.calling.numbers.answering import ANSWER, NumberAnswering, follow_new_address
from callout.features.calling.numbers.schemas import NewNumber
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.numbers.writing import add_number
from callout.features.calling.ports import Chosen
from callout.features.plans.limits import PlanLimits
from callout.kit.http.limits import RateLimits
from callout.kit.http.service import build_service
from callout.kit.ids import uuid7
from callout.sandbox import twilio
from tests.features.calling.conftest import Badges

HOOKS = "http://callout.test"
SID, TOKEN = twilio.USUAL_ACCOUNT, twilio.USUAL_TOKEN
SILENT = {"media": "none", "after_s": 2, "hangs_up_after_s": 5}
FORM = "application/x-www-form-urlencoded"


class Carrier:
    """The simulated Twilio behind the port, its webhooks led to the routes."""

    def __init__(self, house: Any) -> None:
        plans = PlanLimits(default_plan="self_hosted", upgrade_url=HOOKS)
        desk = CallDesk(gate=house.rules, quota=plans, access=None, files=house.files, addresses=house.addresses)  # type: ignore[arg-type]
        calling = CallingDesk(database=house.database, files=house.files, plans=plans, voices=None, telephony=self)  # type: ignore[arg-type]
        app: Any = build_service(
            "hooks",
            [hooks_api.router],
            version="test",
            database=house.database,
            authenticator=Badges(),
            limits=RateLimits(house.database),
            requests_per_window={"": 100_000},
            dependencies={"call_desk": desk, "calling_desk": calling, "database": house.database},
            body_limit=lambda _path: 1024 * 1024,
            docs=False,
        )
        self.app = app
        self.hooks = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOOKS)
        simulator = twilio.create_app(self.hooks)
        self.simulator = httpx.AsyncClient(transport=httpx.ASGITransport(app=simulator), base_url="http://twilio.test")
        self.telephony = TwilioTelephony(
            self.simulator, account_sid=SID, auth_token=TOKEN, base_url="http://twilio.test", calls_per_second=100
        )
        self.dialler = Dialler(
            house.database, self, gate=house.rules, pace=house.rules, quota=plans, addresses=house.addresses
        )

    async def telephony_of(self, work: Any) -> Any:
        return Chosen(self.telephony, "sandbox", "key-1", {"from_number": "+15005550006"})

    async def reports_of(self, work: Any, provider: str) -> Any:
        return TwilioReports(auth_token=TOKEN, public_url=HOOKS) if provider == "twilio" else None

    async def arrange(self, what: str, body: dict[str, Any]) -> Any:
        answer = await self.simulator.post(f"/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, target: str, fields: dict[str, str], *, signed: str | None = None) -> httpx.Response:
        """A webhook, signed as Twilio signs."""
        signature = RequestValidator(TOKEN).compute_signature(f"{HOOKS}{signed or target}", fields)
        headers = {"X-Twilio-Signature": signature, "Content-Type": FORM}
        return await self.hooks.post(target, content=urlencode(fields), headers=headers)


@pytest.fixture
async def carrier(house, serve):
    made = Carrier(house)
    await serve(made.app)
    async with made.hooks, made.simulator:
        await made.arrange("clock", {"speed": 100})
        await made.arrange("limits", {"calls_per_second": 100})
        await made.arrange("callees", {"default": SILENT})
        yield made
        await made.arrange("reset", {})


async def dialled(carrier, office, phone="+12175550171"):
    call_id = await office.place(phone)
    await carrier.dialler.dial(office.tenant_id, call_id)
    return call_id


async def until(office, call_id, holds):
    async with asyncio.timeout(10):
        call = await office.call(call_id)
        while not holds(call):
            await asyncio.sleep(0.02)
            call = await office.call(call_id)
    return call


def target(office, kind, call_id=None):
    path = f"/api/shared/webhooks/twilio/{office.tenant_id.hex}/{kind}"
    return f"{path}?call={call_id}" if call_id else path


@pytest.mark.parametrize("trouble", [{}, {"duplicate": 1.0, "shuffle": 0.5}])
async def test_a_call_is_followed_to_its_end(carrier, office, trouble):
    await carrier.arrange("webhooks", trouble)
    call_id = await dialled(carrier, office)
    call = await until(office, call_id, lambda call: call.status == "completed" and call.answered_by == "human")
    assert call.external_id.startswith("CA")
    assert call.duration_s in range(5, 30)
    assert call.ringing_at <= call.answered_at <= call.ended_at
    async with asyncio.timeout(10):
        while True:
            told = (await carrier.simulator.get("/_sandbox/calls")).json()["items"][0]["webhooks"]
            if len(told) == (10 if trouble else 5) and all(post["answered"] for post in told):
                break
            await asyncio.sleep(0.02)
    assert {post["answered"] for post in told} == {200}
    async with office.work() as work:
        kept = select(CallFact.kind, func.count()).where(CallFact.call_id == call_id).group_by(CallFact.kind)
        counts = dict(list(await work.session.execute(kept)))
    assert counts["ringing"] == counts["answered"] == counts["completed"] == counts["line"] == 1


@pytest.mark.parametrize(
    ("behaviour", "status", "answered_by"),
    [
        ({"answers": "busy"}, "busy", None),
        ({"answers": "no_answer"}, "no_answer", None),
        ({"answers": "failed"}, "failed", None),
        ({**SILENT, "answers": "machine", "hangs_up_after_s": 15}, "no_answer", "machine"),
        ({**SILENT, "answers": "fax"}, "completed", "fax"),
    ],
)
async def test_every_outcome_arrives(carrier, office, behaviour, status, answered_by):
    await carrier.arrange("callees", {"default": behaviour})
    call_id = await dialled(carrier, office)
    call = await until(office, call_id, lambda call: call.ended_at is not None)
    assert (call.status, call.answered_by) == (status, answered_by)


async def test_a_stream_nobody_takes_fails_the_call(carrier, office):
    await carrier.arrange("callees", {"default": {**SILENT, "media": "marker"}})
    call_id = await dialled(carrier, office)
    call = await until(office, call_id, lambda call: call.status == "failed")
    assert (call.error_code, call.end_reason) == ("stream_error", "provider_error")


async def test_only_the_provider_is_believed(carrier, office, house):
    call_id = await dialled(carrier, office)
    call = await until(office, call_id, lambda call: call.external_id is not None)
    other = await house.office()
    fields = {"CallSid": call.external_id, "CallStatus": "busy", "SequenceNumber": "9", "AccountSid": SID}
    address = target(office, "status", call_id)
    refused = await carrier.post(address, fields, signed=target(office, "status"))
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_signature")
    assert (await carrier.hooks.post(address, data=fields)).status_code == 401
    for wrong in ("/api/shared/webhooks/twilio/nobody/status", target(office, "dance"),
                  f"/api/shared/webhooks/vonage/{office.tenant_id.hex}/status"):  # fmt: skip
        assert (await carrier.post(wrong, fields)).status_code == 404
    foreign = await carrier.post(target(other, "status", call_id), fields)
    assert (foreign.status_code, foreign.json()) == (202, {"ignored": True})
    mixed_up = await carrier.post(address, {**fields, "CallSid": "CA" + "0" * 32})
    assert mixed_up.status_code == 202
    for odd in ({"CallSid": call.external_id}, {"CallSid": call.external_id, "CallStatus": "dancing"}, {"a": "b"}):
        assert (await carrier.post(address, odd)).status_code == 202
    assert (await carrier.post(target(office, "status", "nonsense"), fields)).status_code == 200
    assert (await office.call(call_id)).status != "cancelled"


async def test_a_call_whose_creation_was_not_answered_is_found_by_its_address(carrier, office):
    call_id = await office.place()
    async with office.work() as work:
        call = await store.lock(work, call_id)
        call.provider, call.dial_started_at = "twilio", work.now
    fields = {"CallSid": "CA" + "1" * 32, "CallStatus": "ringing", "SequenceNumber": "1", "AccountSid": SID}
    assert (await carrier.post(target(office, "status", call_id), fields)).status_code == 200
    call = await office.call(call_id)
    assert (call.status, call.external_id) == ("ringing", "CA" + "1" * 32)


async def test_somebody_calls_the_business(carrier, office):
    phone, caller = f"+1305{uuid7().int % 10**7:07d}", "+13055550177"
    async with office.work() as work:
        number = PhoneNumber(
            id=uuid7(),
            tenant_id=office.tenant_id,
            phone=phone,
            provider="twilio",
            inbound_agent_id=office.agent_id,
            is_active=True,
            is_default=False,
            capabilities=[],
        )
        work.session.add(number)
    await carrier.arrange("numbers", {"phones": [phone]})
    ours = next(one for one in await carrier.telephony.numbers() if one.phone == phone)
    await carrier.telephony.answer_number(
        ours.external_id,
        voice_url=f"{HOOKS}{target(office, 'inbound')}",
        status_url=f"{HOOKS}{target(office, 'status')}",
    )
    made = await carrier.arrange("inbound", {"to": phone, "from": caller, "callee": SILENT})
    async with asyncio.timeout(10):
        while True:
            async with office.work() as work:
                query = select(Call).where(Call.external_id == made["call_sid"], Call.tenant_id == office.tenant_id)
                call = (await work.session.execute(query)).scalar_one_or_none()
            if call is not None and call.status == "completed":
                break
            await asyncio.sleep(0.02)
    assert (call.direction, call.from_number, call.to_number, call.agent_id) == (
        "inbound", caller, phone, office.agent_id,
    )  # fmt: skip
    again = await carrier.post(
        target(office, "inbound"), {"CallSid": made["call_sid"], "From": caller, "To": phone, "CallStatus": "ringing"}
    )
    assert "<Hangup" in again.text
    nobody = await carrier.post(
        target(office, "inbound"), {"CallSid": "CA" + "2" * 32, "From": "", "To": "+15005550099"}
    )
    assert (nobody.status_code, nobody.headers["content-type"]) == (200, "application/xml")
    assert "<Reject" in nobody.text


async def test_a_recording_is_noted_however_often_it_is_told(carrier, office):
    call_id = await dialled(carrier, office)
    call = await until(office, call_id, lambda call: call.external_id is not None)
    fields = {
        "CallSid": call.external_id, "RecordingSid": "RE" + "1" * 32, "RecordingStatus": "completed",
        "RecordingDuration": "5", "RecordingChannels": "2", "AccountSid": SID,
    }  # fmt: skip
    for _ in range(3):
        assert (await carrier.post(target(office, "recording", call_id), fields)).status_code == 200
    assert (await office.call(call_id)).recording_external_id == "RE" + "1" * 32


async def test_the_number_of_an_agent_is_answered_by_us(carrier, office, house, bus):
    bus.on(TenantUpdated, follow_new_address)
    phone = f"+1305{uuid7().int % 10**7:07d}"
    await carrier.arrange("numbers", {"phones": [phone]})
    owned = {one.phone: one for one in await carrier.telephony.numbers()}
    plans = PlanLimits(default_plan="self_hosted", upgrade_url=HOOKS)
    async with office.work() as work:
        data = NewNumber(phone=phone, inbound_agent_id=office.agent_id)
        number, _ = await add_number(work, data, owned=owned, plans=plans)
    answering = NumberAnswering(house.database, carrier, house.addresses)
    for _ in range(2):
        await answering.run(office.tenant_id, number.id)
    ours = next(one for one in await carrier.telephony.numbers() if one.phone == phone)
    assert ours.voice_url == f"{HOOKS}{target(office, 'inbound')}"
    await answering.run(office.tenant_id, uuid7())
    asked = text("SELECT count(*) FROM dbos.workflow_status WHERE name = :name AND workflow_uuid LIKE :number")
    async with office.work() as work:
        before = await work.session.scalar(asked, {"name": ANSWER, "number": f"%{number.id}%"})
        token = await rotate_webhook_token(work)
    async with office.work() as work:
        assert await work.session.scalar(asked, {"name": ANSWER, "number": f"%{number.id}%"}) == before + 1
    await answering.run(office.tenant_id, number.id)
    ours = next(one for one in await carrier.telephony.numbers() if one.phone == phone)
    assert token in ours.voice_url
