"""The adapter against the simulator: accepted mails, refusals by what must be done, signed delivery events."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from callout.adapters.sendgrid.events import check_signature, read_receipts
from callout.adapters.sendgrid.mailer import SendgridMailer, payload_of
from callout.features.notifications.ports import Attachment, GiveUp, Mail, Reauthenticate, RetryLater
from callout.kit.ids import uuid7
from callout.sandbox import sendgrid
from callout.sandbox.sendgrid_rules import first_fault

PDF = Attachment(filename="INV-0001.pdf", content_type="application/pdf", content=b"%PDF-1.7 test")


def mail(**changes):
    plain = {
        "message_id": uuid7(),
        "tenant_id": uuid7(),
        "to_email": "anna@example.com",
        "to_name": "Anna Reyes",
        "from_email": "office@bright.example",
        "from_name": "Bright Home",
        "reply_to": "office@bright.example",
        "subject": "Invoice INV-0001",
        "text": "Here is your invoice.",
        "attachments": (PDF,),
    }
    return Mail(**{**plain, **changes})


@pytest.fixture
async def simulator(serve):
    return await serve(sendgrid.create_app())


def mailer(simulator, api_key="SG.test"):
    return SendgridMailer(simulator, api_key=api_key, sender="office@bright.example", base_url="http://callout.test")


async def outbox(simulator):
    return (await simulator.get("/_sandbox/outbox")).json()["items"]


async def test_a_mail_is_taken_with_its_attachment_and_our_ids(simulator):
    sent = mail()
    external_id = await mailer(simulator).send(sent)
    (item,) = await outbox(simulator)
    assert item["message_id"] == external_id
    body = item["mail"]
    assert body["personalizations"] == [{"to": [{"email": "anna@example.com", "name": "Anna Reyes"}]}]
    assert base64.b64decode(body["attachments"][0]["content"]) == PDF.content
    assert body["custom_args"]["callout_message_id"] == str(sent.message_id)


def test_the_same_message_always_has_the_same_message_id():
    sent = mail()
    assert payload_of(sent) == payload_of(sent)
    assert payload_of(sent)["headers"] == {"Message-ID": f"<{sent.message_id}@bright.example>"}


@pytest.mark.parametrize(
    ("status", "kind"), [(401, Reauthenticate), (429, RetryLater), (500, RetryLater), (503, RetryLater), (413, GiveUp)]
)
async def test_refusals_say_what_to_do(simulator, status, kind):
    await simulator.post("/_sandbox/faults", json={"statuses": [status]})
    with pytest.raises(kind) as refused:
        await mailer(simulator).send(mail())
    assert str(status) in str(refused.value)
    if status == 429:
        assert refused.value.retry_after_s == 1
    assert await outbox(simulator) == []


async def test_a_wrong_key_asks_for_a_new_one_and_is_not_repeated_in_the_error(simulator):
    with pytest.raises(Reauthenticate) as refused:
        await mailer(simulator, api_key="not-a-key").send(mail())
    assert "not-a-key" not in str(refused.value)


async def test_a_bad_address_is_given_up_with_the_field(simulator):
    with pytest.raises(GiveUp, match=r"personalizations\.0\.to\.0\.email"):
        await mailer(simulator).send(mail(to_email="nobody"))


async def test_silence_and_broken_lines_are_tried_again():
    async def silent(request):
        raise httpx.ReadTimeout("no answer", request=request)

    async def broken(request):
        raise httpx.ConnectError("refused", request=request)

    for answer in (silent, broken):
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            with pytest.raises(RetryLater):
                await SendgridMailer(client, api_key="SG.x", sender="a@b.example").send(mail())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"personalizations": []}, "personalizations"),
        ({"from": {}}, "from"),
        ({"subject": ""}, "subject"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value"),
        ({"attachments": [{"content": "%%%", "filename": "a"}]}, "attachments.0.content"),
        ({"headers": {"Subject": "x"}}, "headers.Subject"),
    ],
)
def test_the_simulator_refuses_what_the_service_refuses(change, field):
    assert first_fault(payload_of(mail())) is None
    assert first_fault({**payload_of(mail()), **change})["field"] == field


def test_errors_have_the_documented_shape(shared_data):
    documented = json.loads((shared_data / "payloads/sendgrid/error_400.json").read_text())["errors"][0]
    body = payload_of(mail(to_email="nobody"))
    assert first_fault(body) == documented


class Inbox:
    """Receives event webhooks."""

    def __init__(self) -> None:
        self.received: list[tuple[dict, bytes]] = []

    async def __call__(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append((headers, await request.aread()))
        return httpx.Response(200)


async def test_events_of_the_simulator_verify_and_name_our_message(serve):
    inbox = Inbox()
    outgoing = httpx.AsyncClient(transport=httpx.MockTransport(inbox))
    simulator = await serve(sendgrid.create_app(outgoing))
    sent = mail()
    external_id = await mailer(simulator).send(sent)
    key = (await simulator.get("/v3/user/webhooks/event/settings/signed")).json()["public_key"]
    events = ["processed", "delivered", "open", "bounce"]
    await simulator.post("/_sandbox/events", json={"webhook_url": "http://x.test/", "events": events})
    ((headers, body),) = inbox.received
    now = datetime.now(UTC)
    assert check_signature(headers, body, [key], now) == "ok"
    assert check_signature(headers, body + b" ", [key], now) == "bad_signature"
    assert check_signature(headers, body, [key], now + timedelta(minutes=6)) == "stale"
    receipts = read_receipts(json.loads(body))
    assert [receipt.kind for receipt in receipts] == ["delivered", "read", "failed"]
    assert {receipt.message_id for receipt in receipts} == {sent.message_id}
    assert {receipt.external_id for receipt in receipts} == {external_id}
    assert [receipt.hard_bounce for receipt in receipts] == [False, False, True]
    await outgoing.aclose()


def test_the_published_vector_verifies(shared_data):
    vector = json.loads((shared_data / "payloads/sendgrid/signed_event_webhook_vector.json").read_text())
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    body = vector["raw_body"].encode()
    at = datetime.fromtimestamp(int(headers["x-twilio-email-event-webhook-timestamp"]), UTC)
    assert check_signature(headers, body, [vector["public_key"]], at) == "ok"
    assert check_signature(headers, body.rstrip(), [vector["public_key"]], at) == "bad_signature"
    assert check_signature(headers, body, ["AAAA", vector["public_key"]], at) == "ok"
    assert check_signature(headers, body, ["not base64!"], at) == "bad_signature"
    assert check_signature({}, body, [vector["public_key"]], at) == "bad_signature"
    (receipt,) = read_receipts(json.loads(body))
    assert (receipt.kind, receipt.external_id, receipt.hard_bounce) == ("failed", "LRzXl_NHStOGhQ4kofSm_A", True)


@pytest.mark.parametrize(
    ("sample", "kinds"),
    [
        ("event_delivered", ["delivered"]),
        ("event_open", ["read"]),
        ("event_click", ["read"]),
        ("event_bounce", ["failed"]),
        ("event_dropped_invalid", ["failed"]),
        ("event_processed", []),
        ("event_deferred", []),
    ],
)
def test_recorded_events(shared_data, sample, kinds):
    payload = json.loads((shared_data / "payloads" / "sendgrid" / f"{sample}.json").read_text())
    assert [receipt.kind for receipt in read_receipts(payload)] == kinds
