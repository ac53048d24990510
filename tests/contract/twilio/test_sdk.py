"""Twilio's own Python SDK, pointed at the simulator: it is not shaped to our adapter."""

import asyncio

import pytest
from tests.contract.twilio.conftest import FROM, HOOKS, SID, SIMULATOR, TOKEN, until
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

SILENT = {"media": "none", "after_s": 1, "hangs_up_after_s": 600}
TWIML = "<Response><Connect><Stream url='ws://callout.test/media'/></Connect></Response>"


class Bridge(HttpClient):
    """Carries the SDK's requests, made in a thread, to the simulator on this loop."""

    def __init__(self, client, loop):
        super().__init__(None, False, 10)
        self._client, self._loop = client, loop

    def request(
        self, method, url, params=None, data=None, headers=None, auth=None, timeout=None, allow_redirects=False
    ):
        url = url.replace("https://api.twilio.com", SIMULATOR)
        plain = {name: value for name, value in (data or {}).items() if value is not None}
        asked = self._client.request(method, url, params=params, data=plain, headers=headers, auth=auth)
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result(10)
        return Response(answer.status_code, answer.text, headers=dict(answer.headers))


@pytest.fixture
async def ask(arrange, simulator):
    """Runs something with an SDK client in a thread."""
    await arrange("clock", {"speed": 20})
    await arrange("callees", {"default": SILENT})
    client = Client(SID, TOKEN, http_client=Bridge(simulator, asyncio.get_running_loop()))

    async def asked(what):
        return await asyncio.to_thread(what, client)

    return asked


async def in_progress(ask, sid):
    async def has_begun():
        return (await ask(lambda client: client.calls(sid).fetch())).status == "in-progress"

    await until(has_begun)


def a_call(client, to="+13055550100", **further):
    return client.calls.create(
        to=to,
        from_=FROM,
        twiml=TWIML,
        status_callback=f"{HOOKS}/hooks/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
        **further,
    )


async def test_calls_are_made_fetched_changed_and_listed(ask, stand):
    made = await ask(lambda client: a_call(client, machine_detection="Enable", async_amd="true"))
    assert (made.status, made.direction, made.to) == ("queued", "outbound-api", "+13055550100")
    await in_progress(ask, made.sid)
    fetched = await ask(lambda client: client.calls(made.sid).fetch())
    assert fetched.start_time is not None
    ended = await ask(lambda client: client.calls(made.sid).update(status="completed"))
    assert ended.sid == made.sid
    await stand.until(lambda all_: "completed" in all_.statuses())
    for index in range(7):
        await ask(lambda client, index=index: a_call(client, to=f"+1305555011{index}"))
    listed = await ask(lambda client: client.calls.list(page_size=3))
    assert len(listed) == 8
    assert listed[-1].sid == made.sid
    only = await ask(lambda client: client.calls.list(to="+13055550113"))
    assert [call.to for call in only] == ["+13055550113"]
    done = await ask(lambda client: client.calls.list(status="completed"))
    assert [call.sid for call in done] == [made.sid]
    validator = RequestValidator(TOKEN)
    assert stand.posts
    for post in stand.posts:
        signature = post["headers"]["x-twilio-signature"]
        assert validator.validate(f"{HOOKS}{post['target']}", post["form"], signature)


async def test_errors_are_those_of_twilio(ask):
    for to, code in (("+15005550001", 21211), ("+15005550003", 21215)):
        with pytest.raises(TwilioRestException) as caught:
            await ask(lambda client, to=to: a_call(client, to=to))
        assert (caught.value.code, caught.value.status) == (code, 400)
    with pytest.raises(TwilioRestException) as caught:
        await ask(lambda client: client.calls("CA" + "0" * 32).fetch())
    assert (caught.value.code, caught.value.status) == (20404, 404)


async def test_recordings(ask):
    made = await ask(a_call)
    await in_progress(ask, made.sid)
    tape = await ask(lambda client: client.calls(made.sid).recordings.create(recording_channels="dual"))
    assert (tape.status, tape.channels, tape.call_sid) == ("in-progress", 2, made.sid)
    stopped = await ask(lambda client: client.calls(made.sid).recordings(tape.sid).update(status="stopped"))
    assert stopped.status == "completed"
    for listed in (
        await ask(lambda client: client.calls(made.sid).recordings.list()),
        await ask(lambda client: client.recordings.list(call_sid=made.sid)),
    ):
        assert [one.sid for one in listed] == [tape.sid]
    assert (await ask(lambda client: client.recordings(tape.sid).fetch())).source == "StartCallRecordingAPI"
    assert await ask(lambda client: client.recordings(tape.sid).delete())
    assert await ask(lambda client: client.recordings.list()) == []


async def test_conferences(ask):
    first = await ask(a_call)
    await in_progress(ask, first.sid)
    room = "<Response><Dial><Conference endConferenceOnExit='true'>desk</Conference></Dial></Response>"
    await ask(lambda client: client.calls(first.sid).update(twiml=room))
    party = await ask(
        lambda client: client.conferences("desk").participants.create(from_=FROM, to="+13055550199", label="operator")
    )
    assert party.status == "queued"
    await in_progress(ask, party.call_sid)
    (conference,) = await ask(lambda client: client.conferences.list(friendly_name="desk", status="in-progress"))
    parties = await ask(lambda client: client.conferences(conference.sid).participants.list())
    assert {one.call_sid for one in parties} == {first.sid, party.call_sid}
    muted = await ask(lambda client: client.conferences(conference.sid).participants("operator").update(muted=True))
    assert muted.muted is True
    assert await ask(lambda client: client.conferences(conference.sid).participants(party.call_sid).delete())
    over = await ask(lambda client: client.conferences(conference.sid).update(status="completed"))
    assert over.status == "completed"


async def test_numbers(ask):
    bought = await ask(
        lambda client: client.incoming_phone_numbers.create(phone_number="+13055550150", friendly_name="Desk")
    )
    assert (bought.phone_number, bought.friendly_name, bought.capabilities["voice"]) == ("+13055550150", "Desk", True)
    changed = await ask(
        lambda client: client.incoming_phone_numbers(bought.sid).update(voice_url=f"{HOOKS}/hooks/inbound")
    )
    assert changed.voice_url == f"{HOOKS}/hooks/inbound"
    listed = await ask(lambda client: client.incoming_phone_numbers.list(phone_number="+13055550150"))
    assert [one.sid for one in listed] == [bought.sid]
    assert await ask(lambda client: client.incoming_phone_numbers(bought.sid).delete())
    assert {one.phone_number for one in await ask(lambda client: client.incoming_phone_numbers.list())} == {FROM}


async def test_a_wrong_key(simulator):
    client = Client(SID, "refused-1", http_client=Bridge(simulator, asyncio.get_running_loop()))
    with pytest.raises(TwilioRestException) as caught:
        await asyncio.to_thread(client.calls("CA" + "0" * 32).fetch)
    assert (caught.value.code, caught.value.status) == (20003, 401)
