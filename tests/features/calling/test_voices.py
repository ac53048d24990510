"""Voices: chosen from the provider, cloned once with a licence, gone at the provider too."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from callout.features.calling.agents.store import with_voice
from callout.features.calling.agents.views import surroundings
from callout.features.calling.events import VoiceStatusChanged
from callout.features.calling.ports import KeyRefused, QuotaSpent, RateLimited, RequestRefused, Unavailable
from callout.features.calling.voices import store, training
from callout.features.calling.voices.tables import ProviderCopy, Voice
from callout.kit.db.database import Database
from callout.kit.events import Bus
from tests.features.calling.conftest import BASE, CONSENT, Office, Street, eventually
from tests.unit.calling.voices import sounds


async def test_the_library_holds_the_providers_voices_and_ours(office: Office) -> None:
    mine = await office.clone(consent=False, name="Zoe", labels=json.dumps({"gender": "female"}))
    listed = await office.get("/voices")
    assert [voice["name"] for voice in listed["items"]] == ["Hans", "Rachel", "Zoe"]
    assert listed["warnings"] == []
    assert "Cloned elsewhere" not in str(listed), "nobody licensed that one to us"
    assert {name for voice in listed["items"] for name in voice} == set(listed["items"][0])
    for query, names in (
        ({"language": "de"}, ["Hans", "Rachel"]), ({"kind": "cloned"}, ["Zoe"]), ({"q": "female"}, ["Rachel", "Zoe"]),
        ({"status": "ready", "q": "han"}, ["Hans"]), ({"provider": "azure"}, []),
    ):  # fmt: skip
        assert [voice["name"] for voice in (await office.get("/voices", **query))["items"]] == names, query
    assert (await office.get(f"/voices/{mine['id']}"))["name"] == "Zoe"
    assert (await office.get(f"/voices/{(await office.stock())['id']}"))["external_id"] == "rachel"


async def test_the_provider_is_asked_once_in_five_minutes_and_its_trouble_is_told(
    street: Street, office: Office
) -> None:
    await asyncio.gather(*(office.get("/voices") for _ in range(5)))
    assert street.provider.made("stock_voices") == 1
    stranger = await street.office()
    ours, theirs = (await office.stock())["id"], (await stranger.stock())["id"]
    assert ours != theirs
    assert street.provider.made("stock_voices") == 1
    street.provider.key_id = "another"
    street.provider.fails["stock_voices"] = [Unavailable("It is down.")]
    told = await office.get("/voices")
    assert told["items"] == []
    assert "It is down." in told["warnings"][0]
    street.provider.is_there = False
    assert "add a key" in (await office.get("/voices"))["warnings"][0]


async def test_samples_with_consent_become_a_voice(street: Street, office: Office, worker: None) -> None:
    street.provider.trains_for = 1
    made = await office.clone(samples=[sounds.wav(15), sounds.recorded(sounds.speech(15, seed=2), "MP3")])
    assert made["status"] == "processing"
    assert made["sample_duration_s"] == pytest.approx(30, abs=0.2)
    assert made["snr_db"] > 15
    assert 0 < made["quality_score"] <= 1
    assert made["consent"]["speaker_name"] == "Olga Owner"
    assert made["consent"]["is_in_force"]
    ready = await office.voice(made, "ready", "failed")
    assert ready["status"] == "ready"
    assert ready["external_id"] == "voice-1"
    assert ready["progress_pct"] == 100
    samples = street.provider.clones["voice-1"]["samples"]
    assert [sample.content_type for sample in samples] == ["audio/wav", "audio/wav"]
    await _preview(office, made)
    agent = await office.agent(voice_id=made["id"])
    assert agent["ready"]


async def _preview(office: Office, voice: dict[str, Any]) -> None:
    async with asyncio.timeout(20):
        while (await office.get(f"/voices/{voice['id']}"))["preview_file_id"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_what_a_browser_records_is_a_sample_too(street: Street, office: Office, worker: None) -> None:
    made = await office.clone(samples=[sounds.webm(sounds.speech(12, rate=48_000))])
    assert (await office.voice(made, "ready", "failed"))["status"] == "ready"
    assert street.provider.clones["voice-1"]["samples"][0].content_type == "audio/wav"


async def test_without_consent_the_voice_waits_for_it(street: Street, office: Office, worker: None) -> None:
    made = await office.clone(consent=False, by="manager")
    assert made["status"] == "awaiting_consent"
    assert made["consent"] is None
    refused = await office.agent(409, voice_id=made["id"])
    assert (refused["code"], refused["voice_status"]) == ("voice_not_ready", "awaiting_consent")
    path = f"{BASE}/voices/{made['id']}"
    assert (await office.manager.put(f"{path}/consent", json=CONSENT)).status_code == 403
    incomplete = await office.owner.put(f"{path}/consent", json=CONSENT)
    assert (incomplete.status_code, incomplete.json()["code"]) == (422, "consent_required")
    await asyncio.sleep(0.3)
    assert street.provider.made("clone") == 0, "nothing leaves before the licence"
    form = {"consent": json.dumps({**CONSENT, "statement": None})}
    spoken = {"consent_audio": ("s.webm", sounds.webm(sounds.speech(4, rate=48_000)), "audio/webm")}
    given = await office.owner.put(f"{path}/consent", data=form, files=spoken)
    assert given.status_code == 200, given.text
    assert given.json()["status"] == "processing"
    assert "Olga Owner, agree that Bright Homes" in given.json()["consent"]["statement"]
    assert (await office.voice(made, "ready", "failed"))["status"] == "ready"


async def test_samples_that_are_not_good_enough_are_refused_and_leave_nothing(office: Office) -> None:
    for samples, status, code in (
        ([sounds.wav(8)], 422, "sample_too_short"),
        ([sounds.wav(70), sounds.wav(70)], 422, "sample_too_long"),
        ([sounds.wav(20, snr_db=6)], 422, "sample_too_noisy"),
        ([b"<html>not a sound</html>"], 415, "unsupported_media_type"),
        ([sounds.wav(10)] * 6, 422, "validation_failed"),
        ([], 422, "validation_failed"),
    ):
        assert (await office.clone(status, samples=samples))["code"] == code
    assert (await office.clone(422, labels="[]"))["errors"][0]["field"] == "labels"
    assert (await office.clone(422, language="klingon!"))["errors"][0]["field"] == "language"
    refused = await office.clone(403, by="manager")
    assert refused["code"] == "permission_denied"
    assert (await office.get("/voices", kind="cloned", status="awaiting_consent,processing,failed"))["total"] == 0


async def test_the_plan_limits_cloned_voices(street: Street) -> None:
    office = await street.office("trial")
    await office.clone(consent=False)
    refused = await office.clone(402, consent=False)
    assert refused["metric"] == "cloned_voices"


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (QuotaSpent("Your plan has room for 10 voices."), "room for 10 voices"),
        (RequestRefused("The samples hold several speakers."), "several speakers"),
        (KeyRefused("The key is not valid."), "Check the key"),
    ],
)
async def test_what_the_provider_refuses_is_told_and_can_be_repeated(
    street: Street, office: Office, worker: None, failure: Exception, words: str
) -> None:
    street.provider.fails["clone"] = [failure]  # type: ignore[list-item]
    failed = await office.voice(await office.clone(), "failed")
    assert words in failed["failure_reason"]
    again = await office.manager.post(f"{BASE}/voices/{failed['id']}/retrain")
    assert again.status_code == 202
    assert again.json()["status"] == "training"
    ready = await office.voice(failed, "ready")
    assert ready["failure_reason"] is None
    assert len(street.provider.clones) == 1


async def test_a_busy_provider_is_asked_again(street: Street, office: Office, worker: None) -> None:
    street.provider.fails["clone"] = [RateLimited("Busy.", retry_after_s=0.1), Unavailable("Down.", retry_after_s=0.1)]
    assert (await office.voice(await office.clone(), "ready"))["external_id"] == "voice-1"
    assert street.provider.made("find_clone") == 0, "those requests surely made nothing"


async def test_an_answer_that_never_came_makes_no_second_voice(street: Street, office: Office, worker: None) -> None:
    street.provider.loses = [Unavailable("Timed out.", may_have_happened=True, retry_after_s=0.1)]
    ready = await office.voice(await office.clone(), "ready")
    assert ready["external_id"] == "voice-1"
    assert (street.provider.made("clone"), len(street.provider.clones)) == (1, 1)


async def test_a_worker_killed_after_sending_makes_no_second_voice(street: Street, office: Office) -> None:
    """The step is run again as after a kill: once between sending and writing down, once after everything."""
    made = await office.clone()
    steps = training.Training(street.database, street.desk.files, street.provider, sent_within_s=0.5)
    street.provider.gate = asyncio.Event()
    sending = asyncio.create_task(steps.submit(str(office.tenant_id), made["id"], 1))
    await eventually(lambda: street.provider.made("clone"))
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert street.provider.clones == {}, "the provider had not begun"
    street.provider.gate.set()
    outcome = await steps.submit(str(office.tenant_id), made["id"], 1)
    assert outcome.do == "ready"
    assert list(street.provider.clones) == ["voice-1"]
    async with office.work() as work:  # as if the answer had not been written down
        voice = await store.fetch(work, UUID(made["id"]), lock=True)
        voice.status, voice.external_id, voice.copy_training = "training", None, 0
    outcome = await steps.submit(str(office.tenant_id), made["id"], 1)
    assert outcome.do == "ready"
    assert list(street.provider.clones) == ["voice-1"]
    assert (await steps.submit(str(office.tenant_id), made["id"], 1)).do == "end"


async def test_two_workers_at_once_make_one_voice(street: Street, office: Office) -> None:
    made = await office.clone()
    workers = [
        training.Training(street.database, street.desk.files, street.provider, sent_within_s=5) for _ in range(2)
    ]
    street.provider.gate = asyncio.Event()

    async def run(steps: training.Training) -> None:
        while (await steps.submit(str(office.tenant_id), made["id"], 1)).do == "ask_again":  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    both = asyncio.gather(*(run(steps) for steps in workers))
    await asyncio.sleep(0.5)
    street.provider.gate.set()
    await both
    assert list(street.provider.clones) == ["voice-1"]
    assert (await office.get(f"/voices/{made['id']}"))["status"] == "ready"


async def test_a_training_that_never_ends_fails_after_half_an_hour(
    street: Street, office: Office, worker: None, clock: Any
) -> None:
    street.provider.trains_for = 1000
    made = await office.clone()
    await office.voice(made, "training")
    clock.advance(timedelta(minutes=31))
    failed = await office.voice(made, "failed")
    assert "30 minutes" in failed["failure_reason"]


async def test_a_withdrawn_consent_ends_the_voice_everywhere(
    street: Street, office: Office, worker: None, bus: Bus
) -> None:
    told: list[VoiceStatusChanged] = []

    async def keep(work: Any, event: VoiceStatusChanged) -> None:
        told.append(event)

    bus.on(VoiceStatusChanged, keep)
    made = await office.clone()
    await office.voice(made, "ready")
    agent = await office.agent(voice_id=made["id"])
    path = f"{BASE}/voices/{made['id']}/consent"
    assert (await office.manager.request("DELETE", path, json={"reason": "asked to"})).status_code == 403
    ended = await office.owner.request("DELETE", path, json={"reason": "she asked for it"})
    assert ended.status_code == 200, ended.text
    assert ended.json()["status"] == "archived"
    assert ended.json()["consent"]["withdrawn_reason"] == "she asked for it"
    assert ended.json()["sample_file_ids"] == []
    stopped = await office.get(f"/{agent['id']}")
    assert (stopped["status"], stopped["ready"]) == ("inactive", False)
    assert stopped["not_ready_reasons"] == ["inactive", "voice_missing"]
    assert [event.status for event in told][-1] == "archived"
    assert told[-1].agents_stopped == (agent["id"],)
    await _gone(street)
    again = await office.owner.post(f"{BASE}/voices/{made['id']}/retrain")
    assert again.status_code == 409
    assert again.json()["from"] == "archived"


async def test_a_consent_withdrawn_while_the_voice_is_made_leaves_nothing_at_the_provider(
    street: Street, office: Office, worker: None
) -> None:
    street.provider.gate = asyncio.Event()
    made = await office.clone()
    await eventually(lambda: street.provider.made("clone"))
    path = f"{BASE}/voices/{made['id']}/consent"
    assert (await office.owner.request("DELETE", path, json={"reason": "no"})).json()["status"] == "archived"
    street.provider.gate.set()
    await eventually(lambda: street.provider.made("delete") and not street.provider.clones)
    assert (await office.get(f"/voices/{made['id']}"))["status"] == "archived"


async def test_a_voice_in_use_goes_only_by_force(street: Street, office: Office, worker: None) -> None:
    made = await office.clone()
    await office.voice(made, "ready")
    agent = await office.agent(voice_id=made["id"])
    path = f"{BASE}/voices/{made['id']}"
    refused = await office.owner.delete(path)
    assert refused.status_code == 409
    assert refused.json()["agent_ids"] == [agent["id"]]
    assert (await office.owner.delete(path, params={"force": True})).status_code == 204
    assert (await office.owner.get(path)).status_code == 404
    assert (await office.get(f"/{agent['id']}"))["status"] == "inactive"
    await _gone(street)


async def test_the_copy_at_a_provider_that_is_down_goes_later(
    street: Street, office: Office, worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callout.features.calling.voices.deleting.FIRST_PAUSE_S", 0.1)
    street.provider.fails["delete"] = [Unavailable("Down."), KeyRefused("Not this key.")]
    made = await office.clone()
    await office.voice(made, "ready")
    assert (await office.owner.delete(f"{BASE}/voices/{made['id']}")).status_code == 204
    await _gone(street)
    async with asyncio.timeout(10):
        while True:
            async with office.work() as work:
                copy = (await work.session.execute(select(ProviderCopy))).scalar_one()
            if copy.deleted_at is not None:
                break
            await asyncio.sleep(0.05)
    assert copy.attempts == 3
    assert copy.error is None


async def test_retraining_replaces_the_copy(street: Street, office: Office, worker: None) -> None:
    made = await office.clone()
    first = await office.voice(made, "ready")
    again = await office.owner.post(f"{BASE}/voices/{made['id']}/retrain")
    assert again.status_code == 202
    second = await office.voice(made, "ready")
    assert second["external_id"] != first["external_id"]
    await eventually(lambda: len(street.provider.clones) == 1)
    assert list(street.provider.clones) == [second["external_id"]]
    stock = await office.stock()
    await office.agent(voice_id=stock["id"])
    assert (await office.owner.post(f"{BASE}/voices/{stock['id']}/retrain")).status_code == 409
    assert (await office.owner.delete(f"{BASE}/voices/{stock['id']}", params={"force": True})).status_code == 409


async def test_an_expired_consent_silences_the_voice(street: Street, office: Office, worker: None, clock: Any) -> None:
    soon = (clock.now() + timedelta(hours=1)).isoformat()
    files = [
        ("files", ("s.wav", sounds.wav(30), "audio/wav")),
        ("consent_audio", ("c.wav", sounds.wav(4), "audio/wav")),
    ]
    form = {"name": "Olga", "language": "en", "consent": json.dumps({**CONSENT, "expires_at": soon})}
    made = (await office.owner.post(f"{BASE}/voices/clone", data=form, files=files)).json()
    await office.voice(made, "ready")
    agent = await office.agent(voice_id=made["id"])
    async with office.work(now=clock.now() + timedelta(hours=2)) as work:
        rows = await with_voice(work, UUID(made["id"]))
        assert (await surroundings(work, rows)).not_ready(rows[0]) == ["voice_unlicensed"]
    renewed = await office.owner.put(
        f"{BASE}/voices/{made['id']}/consent", data={"consent": json.dumps(CONSENT)},
        files={"consent_audio": ("c.wav", sounds.wav(4), "audio/wav")},
    )  # fmt: skip
    assert renewed.status_code == 200
    assert renewed.json()["status"] == "ready"
    assert renewed.json()["consent"]["expires_at"] is None
    assert agent["ready"]


async def test_a_text_is_said_and_kept_for_a_day(street: Street, office: Office, worker: None) -> None:
    stock = await office.stock()
    path = f"{BASE}/voices/{stock['id']}/synthesize"
    said = await office.manager.post(path, json={"text": "Hello there.", "speed": 1.1, "format": "wav", "pitch": 1.2})
    assert said.status_code == 200, said.text
    body = said.json()
    assert body["duration_s"] == pytest.approx(1.5, abs=0.1)
    assert body["characters"] == 12
    assert body["warnings"] == ["pitch_not_supported"]
    assert body["url"].startswith("http")
    assert (street.provider.spoken[0].speed, street.provider.spoken[0].voice) == (1.1, "rachel")
    assert (await office.get(f"/voices/{stock['id']}"))["usage_count"] == 1
    assert (await office.manager.post(path, json={"text": "a" * 5001})).status_code == 422
    assert (await office.viewer.post(path, json={"text": "a"})).status_code == 403
    street.provider.fails["speak"] = [Unavailable("It is down.")]
    broken = await office.manager.post(path, json={"text": "a"})
    assert (broken.status_code, broken.json()["code"], broken.json()["provider"]) == (
        502,
        "provider_error",
        "elevenlabs",
    )
    waiting = await office.clone(consent=False)
    refused = await office.manager.post(f"{BASE}/voices/{waiting['id']}/synthesize", json={"text": "a"})
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_not_ready")
    nobody = await office.manager.post(f"{BASE}/voices/{uuid4()}/synthesize", json={"text": "a"})
    assert nobody.status_code == 404


async def test_syntheses_are_counted_by_the_hour(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callout.features.calling.voices.synthesizing.PER_HOUR", 2)
    stock = await office.stock()
    path = f"{BASE}/voices/{stock['id']}/synthesize"
    assert [(await office.manager.post(path, json={"text": "Hi"})).status_code for _ in range(3)] == [200, 200, 429]


async def test_scripts_to_read_are_long_enough_for_a_sample(office: Office) -> None:
    scripts = (await office.get("/voices/scripts"))["items"]
    assert [script["code"] for script in scripts] == ["sales_intro", "follow_up", "visit_setting"]
    assert all(len(script["text"].split()) > 60 for script in scripts)


async def test_names_change_and_the_version_counts(office: Office) -> None:
    stock = await office.stock()
    path = f"{BASE}/voices/{stock['id']}"
    named = await office.manager.patch(path, json={"name": "Receptionist", "labels": {"gender": "female"}})
    assert named.status_code == 200
    assert named.json()["name"] == "Receptionist"
    assert (await office.manager.patch(path, json={"name": "x"}, headers={"If-Match": '"v1"'})).status_code == 412
    assert [voice["name"] for voice in (await office.get("/voices"))["items"]] == ["Hans", "Receptionist"]


async def _gone(street: Street) -> None:
    await eventually(lambda: not street.provider.clones)


async def test_nobody_without_a_provider_clones(street: Street, office: Office) -> None:
    street.provider.is_there = False
    refused = await office.clone(403)
    assert refused["code"] == "API_KEYS_REQUIRED"
    assert refused["missing_providers"] == ["elevenlabs"]


async def test_a_voice_of_another_tenant_is_not_there(street: Street, office: Office, database: Database) -> None:
    made = await office.clone(consent=False)
    stranger = await street.office()
    for answer in (
        await stranger.owner.get(f"{BASE}/voices/{made['id']}"),
        await stranger.owner.delete(f"{BASE}/voices/{made['id']}"),
        await stranger.owner.request("DELETE", f"{BASE}/voices/{made['id']}/consent", json={"reason": "x"}),
        await stranger.owner.patch(f"{BASE}/voices/{made['id']}", json={"name": "x"}),
    ):
        assert answer.status_code == 404
    async with office.work() as work:
        assert (await work.session.execute(select(Voice))).scalars().all(), "it is still there"
