"""Calls that come in turn by turn."""

from datetime import timedelta

from sqlalchemy import select

from callout.features.conversations.inbound import CallProcessor
from callout.features.conversations.silence import end_silent_calls
from callout.features.conversations.tables import Conversation
from callout.kit.principal import Principal
from tests.features.conversations.conftest import make_tenant

URL = "/api/admin/conversations"


async def running_call(house, external_id="live_1"):
    processor = CallProcessor("elevenlabs", house.database)
    event = {"event": "call_started", "data": {"conversation_id": external_id, "phone_number": "+13055550100"}}
    async with house.database.transaction(Principal.system(house.tenant_id)) as work:
        now = work.now
    return await processor.process(house.tenant_id, event, received_at=now)


async def test_turns_are_appended_once(house):
    key = await running_call(house)
    turn = {"speaker": "customer", "content": "I need cleaning", "external_turn_id": "t1"}
    first = (await house.client.post(f"{URL}/{key}/turns", json={"turns": [turn]})).json()
    second = await house.client.post(
        f"{URL}/{key}/turns",
        json={"turns": [turn, {"speaker": "agent", "content": "Where?", "external_turn_id": "t2"}]},
    )
    assert (first["accepted"], first["duplicates"]) == (1, 0)
    assert (second.json()["accepted"], second.json()["duplicates"]) == (1, 1)
    listed = (await house.client.get(f"{URL}/{key}/turns")).json()
    assert [item["content"] for item in listed["items"]] == ["I need cleaning", "Where?"]
    later = (await house.client.get(f"{URL}/{key}/turns?after_seq=1")).json()
    assert [item["seq"] for item in later["items"]] == [2]


async def test_the_risk_of_a_running_call_is_told_with_its_turns(house):
    key = await running_call(house)
    said = "This is Microsoft support, your computer has a virus, install AnyDesk"
    answer = await house.client.post(f"{URL}/{key}/turns", json={"turns": [{"speaker": "customer", "content": said}]})
    assert answer.json()["scam"] == {"risk_score": 0.6824, "severity": "high"}
    calm = await house.client.post(f"{URL}/{key}/turns", json={"turns": [{"speaker": "customer", "content": "Hello"}]})
    assert calm.json()["scam"]["risk_score"] == 0.6824
    scam = (await house.client.get(f"{URL}/{key}/scam")).json()
    assert (scam["scam_type"], scam["subject"], scam["action_taken"]) == ("tech_support", "customer", "flag")
    labelled = await house.client.put(f"{URL}/{key}/scam/label", json={"label": "legitimate", "label_note": "a test"})
    assert labelled.json()["label"] == "legitimate"


async def test_words_not_yet_final_are_shown_but_not_stored(house):
    key = await running_call(house)
    hearing = {"speaker": "customer", "content": "I nee", "external_turn_id": "t1", "is_final": False}
    await house.client.post(f"{URL}/{key}/turns", json={"turns": [hearing]})
    shown = (await house.client.get(f"{URL}/{key}?include=turns")).json()
    assert [turn["content"] for turn in shown["turns"]] == ["I nee"]
    assert (await house.client.get(f"{URL}/{key}/turns")).json()["total"] == 0
    final = {**hearing, "content": "I need cleaning", "is_final": True}
    await house.client.post(f"{URL}/{key}/turns", json={"turns": [final]})
    shown = (await house.client.get(f"{URL}/{key}?include=turns")).json()
    assert [turn["content"] for turn in shown["turns"]] == ["I need cleaning"]


async def test_a_call_is_ended_once_and_takes_no_more_turns(house):
    key = await running_call(house)
    first = await house.client.post(f"{URL}/{key}/end", json={"call_result": "completed"})
    second = await house.client.post(f"{URL}/{key}/end", json={})
    assert (first.status_code, first.json()["status"]) == (202, "processing")
    assert second.json()["status"] == "processing"
    late = await house.client.post(f"{URL}/{key}/turns", json={"turns": [{"speaker": "agent", "content": "x"}]})
    assert (late.status_code, late.json()["from"]) == (409, "processing")
    ((runs,),) = await house.work(select(Conversation.runs))
    assert runs == 1


async def test_a_running_call_is_neither_deleted_nor_reprocessed(house):
    key = await running_call(house)
    assert (await house.client.delete(f"{URL}/{key}")).json()["code"] == "in_use"
    assert (await house.client.post(f"{URL}/{key}/reprocess", json={})).status_code == 409


async def test_half_an_hour_of_silence_ends_a_call(house, clock):
    await running_call(house)
    principal = Principal.system(house.tenant_id)
    async with house.database.transaction(principal) as work:
        assert await end_silent_calls(work) == 0
    clock.advance(timedelta(minutes=31))
    async with house.database.transaction(principal) as work:
        assert await end_silent_calls(work) == 1
    ((status, result),) = await house.work(select(Conversation.status, Conversation.call_result))
    assert (status, result) == ("processing", "abandoned")


async def test_another_tenant_sees_nothing(house, database):
    key = await running_call(house)
    other, _ = await make_tenant(database)
    headers = {"Authorization": f"Bearer {other}:owner"}
    assert (await house.client.get(f"{URL}/{key}", headers=headers)).status_code == 404
    assert (await house.client.get(URL, headers=headers)).json()["total"] == 0
    turns = {"turns": [{"speaker": "agent", "content": "x"}]}
    assert (await house.client.post(f"{URL}/{key}/turns", json=turns, headers=headers)).status_code == 404
