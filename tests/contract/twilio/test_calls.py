"""Calls: what becomes of them, how they are found again, and that none is made twice."""

import asyncio
import io
import wave
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.contract.twilio.conftest import FROM, HOOKS, SID, SIMULATOR, TOKEN, until, until_over, until_status

from callout.adapters.twilio import TwilioTelephony
from callout.features.calling.ports import Conference, Forward, HangUp, NotThere, RequestRefused, Speak, Unavailable

SILENT = {"media": "none", "after_s": 3, "hangs_up_after_s": 42}


async def test_an_answered_call_is_told_step_by_step(arrange, telephony, stand, reports, a_call):
    await arrange("callees", {"default": SILENT})
    made = await telephony.create_call(a_call())
    assert (made.status, made.raw_status, made.to, made.from_number) == ("dialing", "queued", "+13055550100", FROM)
    over = await until_over(telephony, made.external_id)
    assert (over.status, over.answered_by) == ("completed", "human")
    assert over.duration_s in range(42, 60)
    assert (str(over.cost), over.currency) == ("0.01400", "USD")
    await stand.until(lambda all_: len(all_.statuses()) == 4 and any("/recording" in p["target"] for p in all_.posts))
    assert stand.statuses() == ["initiated", "ringing", "in-progress", "completed"]
    read = {kind: [] for kind in ("status", "amd", "recording")}
    for post in stand.posts:
        assert reports.is_genuine(post["target"], post["headers"], post["body"]), post["target"]
        kind = post["target"].split("/")[2].partition("?")[0]
        read[kind].append(reports.read(kind, post["body"], datetime.now(UTC)))
    assert [one.sequence for one in read["status"]] == [0, 1, 2, 3]
    assert [one.status for one in read["status"]] == ["dialing", "ringing", "in_progress", "completed"]
    assert all(one.at is not None and one.external_id == made.external_id for one in read["status"])
    assert (read["status"][-1].duration_s, read["status"][-1].answered_by) == (over.duration_s, "human")
    assert [one.answered_by for one in read["amd"]] == ["human"]
    assert [(one.status, one.channels) for one in read["recording"]] == [("completed", 2)]
    assert read["recording"][0].duration_s in range(42, 60)


@pytest.mark.parametrize(
    ("answers", "status", "raw"),
    [
        ("busy", "busy", "busy"),
        ("rejected", "busy", "busy"),
        ("no_answer", "no_answer", "no-answer"),
        ("failed", "failed", "failed"),
    ],
)
async def test_calls_nobody_takes(arrange, telephony, stand, reports, a_call, answers, status, raw):
    await arrange("callees", {"default": {"answers": answers}})
    made = await telephony.create_call(a_call())
    over = await until_over(telephony, made.external_id)
    assert (over.status, over.raw_status, over.duration_s, over.started_at) == (status, raw, 0, None)
    await stand.until(lambda all_: raw in all_.statuses())
    last = reports.read("status", stand.posts[-1]["body"], datetime.now(UTC))
    assert last.status == status
    assert last.error_code is not None
    assert last.duration_s is None


async def test_who_answers_late_is_answered_in_time_and_too_late(arrange, telephony, a_call):
    await arrange("callees", {"default": {**SILENT, "after_s": 25}})
    in_time = await telephony.create_call(a_call(ring_timeout_s=30))
    too_late = await telephony.create_call(a_call(ring_timeout_s=20))
    assert (await until_over(telephony, in_time.external_id)).status == "completed"
    assert (await until_over(telephony, too_late.external_id)).status == "no_answer"


@pytest.mark.parametrize(
    ("answers", "waits", "word", "is_end"),
    [
        ("machine", False, "machine", False),
        ("machine", True, "machine", True),
        ("fax", False, "fax", False),
        ("screening", False, "unknown", False),
    ],
)
async def test_machines_are_told_apart(arrange, telephony, stand, reports, a_call, answers, waits, word, is_end):
    await arrange("callees", {"default": {**SILENT, "answers": answers}})
    await telephony.create_call(a_call(wants_message_end=waits))
    await stand.until(lambda all_: any("/amd" in post["target"] for post in all_.posts))
    post = next(post for post in stand.posts if "/amd" in post["target"])
    told = reports.read("amd", post["body"], datetime.now(UTC))
    assert (told.answered_by, told.is_message_end) == (word, is_end)


async def test_webhooks_may_come_twice_and_out_of_order(arrange, telephony, stand, reports, a_call):
    await arrange("callees", {"default": {**SILENT, "hangs_up_after_s": 3}})
    await arrange("webhooks", {"duplicate": 1.0, "shuffle": 0.5})
    made = await telephony.create_call(a_call())
    await until_over(telephony, made.external_id)
    await stand.until(lambda all_: len(all_.statuses()) == 8)
    numbers = [
        reports.read("status", post["body"], datetime.now(UTC)).sequence
        for post in stand.posts
        if "/status" in post["target"]
    ]
    assert sorted(numbers) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert numbers != sorted(numbers)


async def test_a_call_that_never_reports_can_be_asked_after(arrange, telephony, stand, a_call):
    await arrange("callees", {"default": {**SILENT, "answers": "never_reports"}})
    made = await telephony.create_call(a_call())
    assert (await until_over(telephony, made.external_id)).status == "completed"
    assert stand.posts == []
    assert await telephony.call("CA" + "0" * 32) is None


@pytest.mark.parametrize("fault", ["after:500", "after:503", "truncated", "lost"])
async def test_an_unknown_result_says_so_and_the_call_is_found(simulator, faults, telephony, a_call, fault):
    since = datetime.now(UTC)
    await faults(fault)
    impatient = TwilioTelephony(simulator, account_sid=SID, auth_token=TOKEN, base_url=SIMULATOR, timeout_s=0.2)
    with pytest.raises(Unavailable) as caught:
        await impatient.create_call(a_call())
    assert caught.value.may_have_happened
    assert not caught.value.is_final
    found = await telephony.calls_to("+13055550100", since=since, from_number=FROM)
    assert len(found) == 1
    assert await telephony.calls_to("+13055550100", since=since + timedelta(hours=1)) == []
    assert await telephony.calls_to("+13055550101", since=since) == []


async def test_what_was_never_sent_did_not_happen(a_call):
    async with httpx.AsyncClient() as client:
        nowhere = TwilioTelephony(client, account_sid=SID, auth_token=TOKEN, base_url="http://127.0.0.1:9")
        with pytest.raises(Unavailable) as caught:
            await nowhere.create_call(a_call())
    assert not caught.value.may_have_happened


async def test_a_call_is_ended_before_and_after_it_is_answered(arrange, telephony, a_call):
    await arrange("clock", {"speed": 20})
    await arrange("callees", {"default": {**SILENT, "after_s": 20, "hangs_up_after_s": 600}})
    ringing = await telephony.create_call(a_call())
    await telephony.end_call(ringing.external_id)
    assert (await until_over(telephony, ringing.external_id)).status == "cancelled"
    await arrange("callees", {"default": {**SILENT, "after_s": 1, "hangs_up_after_s": 600}})
    talking = await telephony.create_call(a_call())
    await until_status(telephony, talking.external_id, "in_progress")
    await telephony.end_call(talking.external_id)
    over = await until_over(telephony, talking.external_id)
    assert over.status == "completed"
    again = await telephony.end_call(talking.external_id)
    assert again == over
    assert await telephony.end_call("CA" + "0" * 32) is None
    with pytest.raises(RequestRefused) as caught:
        await telephony.redirect(talking.external_id, HangUp())
    assert caught.value.detail == "21220"
    with pytest.raises(NotThere):
        await telephony.redirect("CA" + "0" * 32, HangUp())


async def test_an_operator_takes_over_in_a_conference(arrange, telephony, simulator, stand, a_call):
    await arrange("clock", {"speed": 20})
    await arrange("callees", {"default": {**SILENT, "after_s": 0.2, "hangs_up_after_s": 600}})
    customer = await telephony.create_call(a_call())
    await until_status(telephony, customer.external_id, "in_progress")
    room = Conference(name="call 7f")
    operator = await telephony.dial_into(
        room, to="+13055550199", from_number=FROM, status_url=f"{HOOKS}/hooks/status?leg=operator"
    )
    assert operator.status == "dialing"
    await telephony.redirect(customer.external_id, room)
    await until_status(telephony, operator.external_id, "in_progress")
    rooms = (await simulator.get(f"/2010-04-01/Accounts/{SID}/Conferences.json", auth=(SID, TOKEN))).json()
    assert [(one["friendly_name"], one["status"]) for one in rooms["conferences"]] == [("call 7f", "in-progress")]
    path = f"/2010-04-01/Accounts/{SID}/Conferences/{rooms['conferences'][0]['sid']}/Participants.json"

    async def are_both_there():
        return len((await simulator.get(path, auth=(SID, TOKEN))).json()["participants"]) == 2

    await until(are_both_there)
    assert (await telephony.call(customer.external_id)).status == "in_progress"
    await telephony.end_call(operator.external_id)
    assert (await until_over(telephony, customer.external_id)).status == "completed"


async def test_a_call_is_forwarded_and_spoken_to(arrange, telephony, simulator, a_call):
    await arrange("callees", {"default": {**SILENT, "after_s": 0.2, "hangs_up_after_s": 30}})
    forwarded = await telephony.create_call(a_call(instruction=Forward(to="+13055550198", caller_id=FROM)))
    over = await until_over(telephony, forwarded.external_id)
    assert over.status == "completed"
    legs = await telephony.calls_to("+13055550198", since=datetime.now(UTC) - timedelta(minutes=1))
    assert [(leg.status, leg.from_number) for leg in legs] == [("completed", FROM)]
    told = await telephony.create_call(a_call(instruction=Speak(text="We call <again> & soon.")))
    await until_over(telephony, told.external_id)
    calls = (await simulator.get("/_sandbox/calls", params={"to": "+13055550100"})).json()["items"]
    assert [line["text"] for line in calls[-1]["said"]] == ["We call <again> & soon."]


async def test_recordings_are_started_fetched_and_deleted(arrange, telephony, a_call):
    await arrange("clock", {"speed": 20})
    await arrange("callees", {"default": {**SILENT, "after_s": 0.2, "hangs_up_after_s": 600}})
    made = await telephony.create_call(a_call(recording_url=None))
    with pytest.raises(RequestRefused):
        await telephony.start_recording(made.external_id, f"{HOOKS}/hooks/recording")
    await until_status(telephony, made.external_id, "in_progress")
    assert await telephony.recordings_of(made.external_id) == []
    tape = await telephony.start_recording(made.external_id, f"{HOOKS}/hooks/recording")
    assert (tape.call_id, tape.status, tape.channels) == (made.external_id, "in-progress", 2)
    await asyncio.sleep(0.1)
    assert await telephony.stop_recording(made.external_id, tape.external_id)
    assert not await telephony.stop_recording(made.external_id, tape.external_id)
    kept = await telephony.recordings_of(made.external_id)
    assert [(one.external_id, one.status) for one in kept] == [(tape.external_id, "completed")]
    wav = b"".join([part async for part in telephony.recording(tape.external_id, format="wav")])
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 2, 2)
    mp3 = b"".join([part async for part in telephony.recording(tape.external_id)])
    assert mp3[:2] in {b"\xff\xfb", b"\xff\xe3", b"\xff\xf3", b"ID"}
    assert await telephony.delete_recording(tape.external_id)
    assert not await telephony.delete_recording(tape.external_id)
    with pytest.raises(NotThere):
        _ = [part async for part in telephony.recording(tape.external_id)]


async def test_numbers_are_listed_and_answered_by_us(arrange, telephony, stand, reports, simulator):
    phones = [f"+1305555{1000 + index}" for index in range(60)]
    await arrange("numbers", {"phones": phones})
    numbers = await telephony.numbers()
    assert {number.phone for number in numbers} == {FROM, *phones}
    assert numbers[0].capabilities == ("voice", "sms")
    ours = next(number for number in numbers if number.phone == phones[0])
    kept = await telephony.answer_number(ours.external_id, voice_url=f"{HOOKS}/hooks/inbound")
    assert kept.voice_url == f"{HOOKS}/hooks/inbound"
    with pytest.raises(NotThere):
        await telephony.answer_number("PN" + "0" * 32, voice_url=f"{HOOKS}/hooks/inbound")
    stand.document = reports.answer(HangUp(is_rejected=True))[1].decode()
    await arrange("inbound", {"to": phones[0], "from": "+13055550177"})
    await stand.until(lambda all_: all_.posts)
    post = stand.posts[0]
    assert reports.is_genuine(post["target"], post["headers"], post["body"])
    incoming = reports.read("inbound", post["body"], datetime.now(UTC))
    assert (incoming.from_number, incoming.to) == ("+13055550177", phones[0])
    assert await until_over(telephony, incoming.external_id)


async def test_one_call_a_second_the_others_wait(arrange, telephony, simulator, a_call):
    await arrange("clock", {"speed": 10})
    await arrange("limits", {"calls_per_second": 1})
    await arrange("callees", {"default": {"answers": "busy", "after_s": 0.1}})
    loop = asyncio.get_running_loop()
    began = loop.time()
    made = [await telephony.create_call(a_call(to=f"+1305555010{index}")) for index in range(4)]
    assert loop.time() - began < 0.25
    assert [call.raw_status for call in made] == ["queued"] * 4
    await until_over(telephony, made[-1].external_id)
    assert loop.time() - began >= 0.3
