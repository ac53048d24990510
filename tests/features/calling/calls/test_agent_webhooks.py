"""An agent's own webhook hears of each analysed talk: signed, again after a failure, as often as the settings say."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from callout.adapters.generic_webhook.signature import check_signature
from callout.adapters.tenant_webhooks import WebhookPoster
from callout.features.accounts.tables import TenantSetting
from callout.features.calling.agents.tables import Agent
from callout.features.calling.agents.telling import AgentWebhooks, processed
from callout.features.conversations import store as conversations
from callout.features.conversations.events import ConversationProcessed
from callout.kit.db.work import Work
from tests.features.calling.calls.conftest import House, Office
from tests.features.calling.calls.test_talking import turn


@dataclass
class Listener:
    """Somebody's automation on a port of this machine."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        code = self.answers.pop(0) if self.answers else 200
        writer.write(f"HTTP/1.1 {code} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    there = Listener()
    server = await asyncio.start_server(there.take, "127.0.0.1", 0)
    there.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield there
    server.close()
    await server.wait_closed()


@pytest.fixture
async def webhooks(house: House) -> AsyncIterator[AgentWebhooks]:
    async def anywhere(host: str, _port: int) -> list[str]:
        return [host]

    async with httpx.AsyncClient() as client:
        yield AgentWebhooks(house.database, WebhookPoster(client, anywhere, may_be_http=True))


async def talked(office: Office, url: str | None) -> UUID:
    """A talk of the agent that was analysed once; its id."""
    async with office.work() as work:
        members = {"webhook_url": url, "google_sheet_id": "sheet-1"}
        await work.session.execute(update(Agent).where(Agent.id == office.agent_id).values(**members))
    call_id, records = await office.talk()
    await records.turns([turn(1, "agent", "Hello, this is Mia."), turn(2, "customer", "Yes please.")])
    key = (await office.call(call_id)).conversation_id
    assert key is not None
    async with office.work() as work:
        row = await conversations.lock(work, key)
        row.status, row.analysis_version, row.summary = "completed", 1, "Wants a visit."
    return key


async def queued(work: Work, key: UUID) -> int:
    await work.session.flush()
    query = text("SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid LIKE :key")
    return int(await work.session.scalar(query, {"key": f"agent-webhook:{key}:%"}) or 0)


def fact(key: UUID, version: int = 1) -> ConversationProcessed:
    return ConversationProcessed(
        noun_id=key, calling_system="callout", external_id="x", phone_number=None, contact_id=None, language="en",
        intent="interested", sentiment="positive", lead_status="new", lead_score=10, analysis_version=version,
        reprocessed=version > 1, skip_vendor_selection=False, is_scam=False,
    )  # fmt: skip


async def test_a_talk_is_told_with_a_signature_and_its_sheet(
    office: Office, webhooks: AgentWebhooks, listener: Listener
) -> None:
    key = await talked(office, listener.url)
    assert await webhooks.attempt(office.tenant_id, key, 1, 0) is None
    ((headers, raw),) = listener.heard
    body = json.loads(raw)
    assert (body["type"], body["noun_id"], body["sequence"]) == ("conversation.processed", str(key), 1)
    assert (body["data"]["google_sheet_id"], body["data"]["summary"]) == ("sheet-1", "Wants a visit.")
    assert body["data"]["agent_id"] == str(office.agent_id)
    token = office.tenant_id.hex
    assert check_signature(headers, raw, [token], datetime.now(UTC)) == "ok"
    assert check_signature(headers, raw, ["another"], datetime.now(UTC)) != "ok"


async def test_a_refusal_is_followed_by_as_many_attempts_as_the_settings_allow(
    office: Office, webhooks: AgentWebhooks, listener: Listener
) -> None:
    key = await talked(office, listener.url)
    async with office.work() as work:
        work.session.add(TenantSetting(key="conversations.webhook_retry_attempts", value=1))
    listener.answers = [500, 503]
    assert await webhooks.attempt(office.tenant_id, key, 1, 0) == 10
    assert await webhooks.attempt(office.tenant_id, key, 1, 1) is None
    ids = {json.loads(raw)["id"] for _, raw in listener.heard}
    assert (len(listener.heard), len(ids)) == (2, 1)


async def test_only_the_newest_analysis_is_told(office: Office, webhooks: AgentWebhooks, listener: Listener) -> None:
    key = await talked(office, listener.url)
    async with office.work() as work:
        (await conversations.lock(work, key)).analysis_version = 2
    assert await webhooks.attempt(office.tenant_id, key, 1, 0) is None
    assert listener.heard == []


async def test_each_analysis_is_queued_once_and_only_for_agents_that_want_it(
    office: Office, listener: Listener
) -> None:
    key = await talked(office, listener.url)
    for _ in range(2):
        async with office.work() as work:
            await processed(work, fact(key))
    async with office.work() as work:
        assert await queued(work, key) == 1
        await work.session.execute(update(Agent).where(Agent.id == office.agent_id).values(webhook_url=None))
        await processed(work, fact(key, 2))
    async with office.work() as work:
        assert await queued(work, key) == 1
