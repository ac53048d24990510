"""Handing in whole conversations and reading them."""

import asyncio

from sqlalchemy import func, select

from callout.features.conversations.ports import MadeOrder
from callout.features.conversations.tables import Conversation, ConversationTurn
from callout.features.prospecting.tables import Contact
from callout.kit.ids import uuid7

URL = "/api/admin/conversations"
TURNS = [
    {"role": "agent", "message": "Hello, this is Mia, an AI assistant calling for Bright Home."},
    {"role": "user", "message": "Hi there."},
    {"role": "agent", "message": "Do you need any work done?"},
    {"role": "user", "message": "Yes I need cleaning at 12 Oak Street, Springfield. My name is Anna Reyes."},
    {"role": "agent", "message": "Great, we will send somebody."},
    {"role": "user", "message": "Thank you."},
]


def ingest(external_id="conv_81", turns=TURNS, **options):
    return {
        "calling_system": "elevenlabs",
        "conversation_data": {
            "conversation_id": external_id,
            "phone_number": "+13055550100",
            "call_type": "outbound",
            "started_at": "2026-03-02T15:00:00Z",
            "ended_at": "2026-03-02T15:02:10Z",
            "turns": turns,
        },
        "options": options,
    }


async def test_a_conversation_handed_in_twice_is_one_conversation(house):
    first = await house.client.post(URL, json=ingest())
    second = await house.client.post(URL, json=ingest())
    assert (first.status_code, second.status_code) == (201, 200), first.text
    assert first.json()["conversation_id"] == second.json()["conversation_id"]
    result = first.json()
    assert result["status"] == "completed"
    assert result["analysis_summary"]["intent"] == "interested"
    assert result["performance"]["storage_status"] == "saved"
    assert first.headers["location"].endswith(result["conversation_id"])
    assert (await house.work(select(func.count()).select_from(ConversationTurn)))[0][0] == len(TURNS)


async def test_what_was_heard_is_stored_and_the_address_is_found(house):
    made = await house.client.post(URL, json=ingest())
    got = (await house.client.get(f"{URL}/{made.json()['conversation_id']}?include=turns,transcript,scam")).json()
    slots = got["analysis"]["slots"]
    assert (slots["customer_name"], slots["service_type"]) == ("Anna Reyes", "cleaning")
    assert slots["location"]["geo"] == {"lat": 39.799, "lng": -89.644}
    assert slots["location"]["precision"] == "rooftop"
    assert got["location"].startswith("12 Oak Street, Springfield")
    assert got["lead_status"] == "interested"
    assert got["duration_s"] == 130
    assert len(got["turns"]) == len(TURNS)
    assert got["turns"][3]["intent"] == "interested"
    assert got["transcript"].startswith("Agent: Hello, this is Mia")
    assert got["scam"]["severity"] == "minimal"
    (contact,) = await house.work(select(Contact.name, Contact.phone, Contact.lead_status, Contact.lat))
    assert contact == ("Anna Reyes", "+13055550100", "interested", 39.799)


async def test_an_address_nobody_finds_does_not_stop_the_conversation(house):
    house.town.broken = True
    made = await house.client.post(URL, json=ingest())
    assert made.status_code == 201
    got = (await house.client.get(f"{URL}/{made.json()['conversation_id']}")).json()
    assert got["analysis"]["slots"]["location"]["geo"] is None


async def test_the_same_conversation_from_many_hands_at_once_is_stored_once(house):
    answers = await asyncio.gather(*(house.client.post(URL, json=ingest("rush")) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["conversation_id"] for answer in answers}) == 1
    assert (await house.work(select(func.count()).select_from(Conversation)))[0][0] == 1
    assert (await house.work(select(func.count()).select_from(ConversationTurn)))[0][0] == len(TURNS)


async def test_an_unknown_calling_system_is_refused_with_the_allowed_ones(house):
    answer = await house.client.post(URL, json={**ingest(), "calling_system": "foo"})
    assert answer.status_code == 422
    assert answer.json()["code"] == "unsupported_calling_system"
    assert "elevenlabs, cloned_voice, twilio, callout, upload" in answer.json()["detail"]


async def test_a_broken_value_names_its_field(house):
    body = ingest()
    body["conversation_data"]["started_at"] = "yesterday"
    answer = await house.client.post(URL, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "conversation_data.started_at"
    assert (await house.work(select(func.count()).select_from(Conversation)))[0][0] == 0


async def test_without_waiting_the_work_goes_to_the_background(house):
    answer = await house.client.post(URL, json=ingest("later", wait=False))
    assert answer.status_code == 202
    assert answer.json()["status"] == "processing"


async def test_force_analyses_again_and_keeps_the_order(house):
    made = (await house.client.post(URL, json=ingest())).json()
    order_id = uuid7()
    (row,) = await house.work(select(Conversation.id))
    house.outcomes.orders[row.id] = MadeOrder(triggers_detected=1, order_id=order_id)
    again = await house.client.post(URL, json=ingest(force_reprocess=True))
    assert again.status_code == 200
    assert again.json()["vendor_selection"]["order_id"] == str(order_id)
    got = (await house.client.get(f"{URL}/{made['conversation_id']}")).json()
    assert (got["analysis_version"], got["order_id"]) == (2, str(order_id))


async def test_an_admin_judgement_survives_reprocessing(house):
    key = (await house.client.post(URL, json=ingest())).json()["conversation_id"]
    judged = await house.client.put(f"{URL}/{key}/lead-status", json={"lead_status": "callback"})
    assert judged.json()["previous"] == "interested"
    assert judged.json()["priority_level"] == 3
    again = await house.client.post(f"{URL}/{key}/reprocess", json={"wait": True})
    assert again.status_code == 200
    got = (await house.client.get(f"{URL}/{key}")).json()
    assert (got["lead_status"], got["priority_level"]) == ("callback", 3)


async def test_a_deleted_conversation_is_gone_everywhere(house):
    key = (await house.client.post(URL, json=ingest())).json()["conversation_id"]
    await house.client.get(f"{URL}/{key}")
    assert (await house.client.delete(f"{URL}/{key}")).status_code == 204
    assert (await house.client.get(f"{URL}/{key}")).status_code == 404
    assert (await house.client.get(f"{URL}/{key}/turns")).status_code == 404
    assert (await house.client.get(f"{URL}/cache")).json()["entries"] == 0
    assert (await house.work(select(func.count()).select_from(ConversationTurn)))[0][0] == 0
    assert [str(one) for one in house.outcomes.forgotten] == [key]


async def test_the_list_is_searched_filtered_and_summed(house):
    await house.client.post(URL, json=ingest("one"))
    other = [{"role": "user", "message": "No thanks, we already have someone for the garden."}]
    await house.client.post(URL, json=ingest("two", turns=other))
    everything = (await house.client.get(URL)).json()
    assert everything["total"] == 2
    assert everything["limit"] == 20
    assert everything["stats"]["by_system"] == {"elevenlabs": 2}
    found = {
        q: (await house.client.get(URL, params={"q": q})).json()["total"] for q in ("garden", "reyes assistant", "0100")
    }
    assert found == {"garden": 1, "reyes assistant": 1, "0100": 2}
    filtered = await house.client.get(
        URL, params={"lead_status": "interested", "lead_score_min": 1, "sort": "-lead_score"}
    )
    assert [item["external_id"] for item in filtered.json()["items"]] == ["one"]
    assert (await house.client.get(URL, params={"colour": "red"})).status_code == 400


async def test_a_viewer_reads_masked_numbers_and_writes_nothing(house):
    key = (await house.client.post(URL, json=ingest())).json()["conversation_id"]
    headers = house.as_role("viewer")
    got = (await house.client.get(f"{URL}/{key}", headers=headers)).json()
    assert got["phone_number"] == "+1•••••••0100"
    assert got["analysis"]["slots"]["contact_phone"] == "+1•••••••0100"
    assert (await house.client.post(URL, json=ingest("v"), headers=headers)).status_code == 403
    assert (await house.client.delete(f"{URL}/{key}", headers=headers)).status_code == 403


async def test_a_viewer_never_gets_a_number_from_the_cache(house):
    key = (await house.client.post(URL, json=ingest())).json()["conversation_id"]
    first = (await house.client.get(f"{URL}/{key}")).json()
    second = (await house.client.get(f"{URL}/{key}")).json()
    assert (first["cache_status"], second["cache_status"]) == ("miss", "hit")
    masked = (await house.client.get(f"{URL}/{key}", headers=house.as_role("viewer"))).json()
    assert "+13055550100" not in str(masked["phone_number"])


async def test_transcripts_come_as_text_rows_and_subtitles(house):
    key = (await house.client.post(URL, json=ingest())).json()["conversation_id"]
    text = await house.client.get(f"{URL}/{key}/transcript?format=text")
    assert text.text.splitlines()[1] == "Customer: Hi there."
    srt = await house.client.get(f"{URL}/{key}/transcript?format=srt")
    assert srt.text.startswith("1\n00:00:0")
    assert len((await house.client.get(f"{URL}/{key}/transcript")).json()) == len(TURNS)


async def test_an_opt_out_suppresses_the_number(house):
    turns = [{"role": "user", "message": "Please stop calling me."}]
    key = (await house.client.post(URL, json=ingest("stop", turns=turns))).json()["conversation_id"]
    got = (await house.client.get(f"{URL}/{key}")).json()
    assert (got["lead_status"], got["next_action"]) == ("do_not_call", "do_not_contact")
    (contact,) = await house.work(select(Contact.do_not_call, Contact.status))
    assert contact == (True, "do_not_call")


async def test_statistics_of_a_day(house):
    await house.client.post(URL, json=ingest("one"))
    stats = (await house.client.get(f"{URL}/stats?window=24h")).json()
    assert (stats["total"], stats["success"], len(stats["timeline"])) == (1, 1, 24)
    assert stats["timeline"][-1]["total"] == 1
    assert stats["system_status"] == {"database": "ok", "cache": "memory", "queue_size": 0}
    empty = (await house.client.get(f"{URL}/stats?calling_system=twilio")).json()
    assert (empty["total"], empty["mean_ms"], empty["trigger_rate"]) == (0, None, None)
