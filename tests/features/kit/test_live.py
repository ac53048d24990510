"""Event streams: in order, resumable, one tenant's only (API specification §1.8)."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import text

from callout.kit.http import sse
from callout.kit.principal import Principal
from tests.features.kit.conftest import Stand
from tests.features.kit.probes import Removed, Stored


async def publish(stand: Stand, *names: str, tenant_id: object = None, event: type = Stored) -> None:
    async with stand.database.transaction(Principal.system(tenant_id or stand.tenant_id)) as work:  # type: ignore[arg-type]
        for name in names:
            await work.publish(event(noun_id=work.tenant_id, name=name))


async def test_events_arrive_in_order_with_their_envelope(stand: Stand) -> None:
    stream = await stand.stream()
    assert stream.status == 200
    await stream.ready()
    await publish(stand, "first", "second")
    await publish(stand, "third")
    messages = [await stream.next() for _ in range(3)]
    assert [message["id"] for message in messages] == ["1", "2", "3"]
    assert {message["event"] for message in messages} == {"thing.stored"}
    envelope = msgspec.json.decode(messages[0]["data"])
    assert set(envelope) == {
        "id", "type", "tenant_id", "occurred_at", "actor_role", "noun_id", "sequence", "data",
    }  # fmt: skip
    assert (envelope["data"], envelope["sequence"], envelope["actor_role"]) == ({"name": "first"}, 1, "system")
    assert envelope["tenant_id"] == str(stand.tenant_id)


async def test_a_request_that_was_undone_is_never_heard_of(stand: Stand) -> None:
    stream = await stand.stream()
    await stream.ready()
    await stand.client.post("/api/admin/refused", json={"name": "Anna", "phone": "+13055550100"})
    await stand.client.post("/api/admin/things", json={"name": "Berta", "phone": "+13055550100"})
    message = await stream.next()
    assert (message["id"], msgspec.json.decode(message["data"])["data"]) == ("1", {"name": "Berta"})


async def test_what_was_missed_is_replayed_once_in_order(stand: Stand) -> None:
    stream = await stand.stream()
    await stream.ready()
    await publish(stand, "seen")
    last = (await stream.next())["id"]
    await stream.close()
    await publish(stand, "missed", "missed too")
    again = await stand.stream(**{"last-event-id": last})
    await again.ready()
    await publish(stand, "new")
    heard = [msgspec.json.decode((await again.next())["data"])["data"]["name"] for _ in range(3)]
    assert heard == ["missed", "missed too", "new"]


async def test_a_new_stream_begins_now(stand: Stand) -> None:
    await publish(stand, "before")
    stream = await stand.stream()
    await stream.ready()
    await publish(stand, "after")
    assert (await stream.next())["id"] == "2"


@pytest.mark.parametrize("reason", ["too many", "too old", "deleted", "from another life"])
async def test_what_can_no_longer_be_replayed_asks_for_a_resync(
    stand: Stand, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(stand, "one", "two", "three")
    last = "1"
    if reason == "too many":
        monkeypatch.setattr(sse, "MAX_BEHIND", 1)
    if reason == "too old":
        stand.clock.advance(timedelta(hours=1, seconds=1))
    if reason == "deleted":
        async with stand.database.transaction(Principal.system(stand.tenant_id)) as work:
            await work.session.execute(text("DELETE FROM events WHERE sequence <= 2"))
    if reason == "from another life":
        last = "900"
    stream = await stand.stream(**{"last-event-id": last})
    first = await stream.next()
    assert (first["event"], first["id"]) == ("resync", "3")
    await stream.ready()
    await publish(stand, "four")
    assert (await stream.next())["id"] == "4"


async def test_another_tenants_events_are_not_heard(stand: Stand) -> None:
    stranger = stand.stranger()
    theirs = stranger.split("/")[1]
    stream = await stand.stream()
    other = await stand.stream(authorization=stranger)
    await stream.ready()
    await other.ready()
    await publish(stand, "theirs", tenant_id=theirs)
    await publish(stand, "ours")
    assert msgspec.json.decode((await stream.next())["data"])["data"] == {"name": "ours"}
    assert msgspec.json.decode((await other.next())["data"])["data"] == {"name": "theirs"}


async def test_only_the_types_and_the_noun_asked_for_are_sent(stand: Stand) -> None:
    by_type = await stand.stream("/api/admin/live?types=other.*")
    by_noun = await stand.stream(f"/api/admin/live?noun_id={uuid4()}")
    for stream in (by_type, by_noun):
        await stream.ready()
    await publish(stand, "stored")
    await publish(stand, "removed", event=Removed)
    assert (await by_type.next())["event"] == "other.removed"
    with pytest.raises(TimeoutError):
        await by_noun.next(within_s=0.3)


async def test_a_silent_stream_is_kept_alive(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "PING_S", 0.2)
    stream = await stand.stream("/api/admin/live?types=other.*")
    await stream.ready()
    assert await stream.next() == {"comment": "ping"}
    busy = asyncio.create_task(_keep_publishing(stand))
    try:
        assert await stream.next(within_s=2) == {"comment": "ping"}
    finally:
        busy.cancel()


async def _keep_publishing(stand: Stand) -> None:
    while True:
        await publish(stand, "of no interest")
        await asyncio.sleep(0.05)


async def test_streams_end_when_the_service_stops(stand: Stand) -> None:
    stream = await stand.stream()
    await stream.ready()
    await stand.hub.stop()
    assert await stream.next() == {"end": ""}


async def test_a_stream_goes_on_after_the_listener_was_lost(stand: Stand) -> None:
    stream = await stand.stream()
    await stream.ready()
    async with stand.database.lookup() as work:
        listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
        await work.session.execute(text(listeners))
    await publish(stand, "meanwhile")
    assert (await stream.next(within_s=20))["id"] == "1"
