"""Words go when they are as old as the settings allow; what was counted of them stays."""

from datetime import timedelta

from sqlalchemy import select, update

from callout.features.accounts.tables import TenantSetting
from callout.features.conversations.forgetting import figures_of, forget_old_payloads, forget_old_words
from callout.features.conversations.tables import Conversation, ConversationTurn, InboundEvent, ScamAssessment
from callout.kit.principal import Principal
from tests.features.conversations.test_submit import TURNS, URL, ingest
from tests.features.conversations.test_webhooks import CALL, deliver, run_jobs


async def aged(house, days, **settings):
    """Makes every conversation and webhook some days old and lets the sweep go by; whose words went."""
    async with house.database.transaction(Principal.system(house.tenant_id)) as work:
        for key, value in settings.items():
            work.session.add(TenantSetting(key=f"retention.{key}", value=value))
        past = work.now - timedelta(days=days)
        await work.session.execute(update(Conversation).values(created_at=past))
        await work.session.execute(update(InboundEvent).values(received_at=past))
    async with house.database.transaction(Principal.system(house.tenant_id)) as work:
        await forget_old_payloads(work)
        return await forget_old_words(work, house.outcomes)


async def handed_in(house):
    scam = [*TURNS, {"role": "user", "message": "This is Microsoft support, install AnyDesk now."}]
    return (await house.client.post(URL, json=ingest(turns=scam))).json()["conversation_id"]


async def test_old_words_go_and_figures_stay(house):
    key = await handed_in(house)
    before = (await house.client.get(f"{URL}/{key}")).json()
    assert [str(one) for one in await aged(house, 731)] == [key]
    got = (await house.client.get(f"{URL}/{key}?include=turns")).json()
    assert {turn["content"] for turn in got["turns"]} == {""}
    assert (got["summary"], "slots" in got["analysis"], "lead" in got["analysis"]) == (None, False, False)
    for name in ("flow", "quality", "sentiment", "intent"):
        assert got["analysis"][name] == before["analysis"][name]
    assert (got["lead_score"], got["turn_count"], got["risk_score"]) == (
        before["lead_score"], before["turn_count"], before["risk_score"],
    )  # fmt: skip
    rows = await house.work(select(ScamAssessment.evidence, ScamAssessment.families))
    assert all(row.evidence == [] and all(not family["hits"] for family in row.families.values()) for row in rows)
    assert [str(one) for one in house.outcomes.forgotten] == [key]
    found = (await house.client.get(f"{URL}?q=Anna Reyes")).json()
    assert found["total"] == 0
    assert await aged(house, 732) == []


async def test_younger_words_stay_as_long_as_the_settings_say(house):
    key = await handed_in(house)
    assert await aged(house, 729) == []
    assert [str(one) for one in await aged(house, 729, transcripts_d=100)] == [key]


async def test_what_is_gone_is_not_analysed_again_but_may_be_handed_in_anew(house):
    key = await handed_in(house)
    await aged(house, 800)
    refused = await house.client.post(f"{URL}/{key}/reprocess", json={"wait": True})
    assert (refused.status_code, "removed" in refused.json()["detail"]) == (410, True)
    again = await house.client.post(URL, json=ingest(force_reprocess=True))
    assert again.status_code == 200, again.text
    ((words,),) = await house.work(select(ConversationTurn.content).where(ConversationTurn.seq == 2))
    assert words == "Hi there."
    assert len(await aged(house, 800)) == 1


async def test_a_running_call_keeps_its_words(house):
    async with house.database.transaction(Principal.system(house.tenant_id)) as work:
        row = Conversation(external_id="live", calling_system="callout", status="active", search_text="hello")
        work.session.add(row)
    assert await aged(house, 2000) == []


async def test_payloads_of_providers_go_after_a_month_and_a_replay_stays_known(house):
    event = {"type": "call_ended", "event_id": "e1", "data": CALL}
    await deliver(house, event)
    await run_jobs(house)
    await aged(house, 29)
    assert (await house.work(select(InboundEvent.payload)))[0][0] is not None
    await aged(house, 31)
    assert (await house.work(select(InboundEvent.payload)))[0][0] is None
    assert (await deliver(house, event)).json()["duplicate"] is True


def test_an_opt_out_is_known_without_its_words():
    kept = figures_of({"outcome": {"opt_out": {"seq": 2, "text": "stop calling"}}, "slots": {"customer_name": "A"}})
    assert kept == {"outcome": {"opt_out": {"seq": 2, "text": ""}}}
