"""An agent's own webhook: each analysed talk of the agent is posted to the address its business entered."""

from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.accounts.tenant_store import own_tenant
from callout.features.api_configs.webhooks.ports import WebhookWay
from callout.features.api_configs.webhooks.signing import HEADER, signature
from callout.features.calling.agents.store import by_ids
from callout.features.calling.agents.tables import Agent
from callout.features.conversations import store as conversations
from callout.features.conversations.events import ConversationProcessed
from callout.features.conversations.tables import Conversation
from callout.features.conversations.views import detail_view
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.http.wire import timestamp
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

_log = logger(__name__)
TELL: Final = "tell_agent_webhook"
MOST_TRIES: Final = 11
_PAUSES_S = (10.0, 60.0, 300.0, 1800.0, 7200.0)
"""Between attempts; the last one for all that follow."""


async def processed(work: Work, event: ConversationProcessed) -> None:
    """Has the agent's webhook told of an analysed talk, once for each analysis."""
    conversation = await conversations.find(work, event.noun_id)
    if await _agent_of(work, conversation) is not None:
        key = f"agent-webhook:{event.noun_id}:{event.analysis_version}"
        await work.enqueue(TELL, str(event.noun_id), event.analysis_version, key=key)


class AgentWebhooks:
    """Posts talks to the webhooks of their agents; an attempt may be repeated after a crash."""

    def __init__(self, database: Database, way: WebhookWay) -> None:
        """Takes where talks are kept, and the way out."""
        self._database = database
        self._way = way

    async def attempt(self, tenant_id: UUID, conversation_id: UUID, analysis_version: int, tried: int) -> float | None:
        """Posts once; a talk that was analysed anew meanwhile is told by its later analysis.

        Args:
            tenant_id: whose talk it is.
            conversation_id: the talk.
            analysis_version: of its analysis.
            tried: attempts before this one.

        Returns:
            Seconds until the next attempt; None when there is none.
        """
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            try:
                conversation = await conversations.find(work, conversation_id)
            except NotFound:
                return None
            agent = await _agent_of(work, conversation)
            if agent is None or agent.webhook_url is None or conversation.analysis_version != analysis_version:
                return None
            url, body = agent.webhook_url, msgspec.json.encode(_letter(work, agent, conversation))
            secret = (await own_tenant(work)).webhook_token
            most = 1 + int((await tenant_settings(work))["conversations.webhook_retry_attempts"])
            headers = {
                "content-type": "application/json",
                HEADER: signature(body, [secret], work.now),
                "x-callout-event": ConversationProcessed.type,
                "x-callout-attempt": str(tried + 1),
            }
        posted = await self._way.post(url, body, headers)
        if posted.is_taken or tried + 1 >= most:
            if not posted.is_taken:
                _log.warning("agent_webhook_given_up", conversation=str(conversation_id), code=posted.code)
            return None
        return _PAUSES_S[min(tried, len(_PAUSES_S) - 1)]


def register(flows: Workflows, webhooks: AgentWebhooks) -> None:
    """Registers the work of agents' webhooks."""

    @flows.step("agents.tell_webhook", retries=3)
    async def attempt(tenant_id: str, conversation_id: str, analysis_version: int, tried: int) -> float | None:
        return await webhooks.attempt(UUID(tenant_id), UUID(conversation_id), analysis_version, tried)

    @flows.workflow(TELL)
    async def tell_agent_webhook(tenant_id: str, conversation_id: str, analysis_version: int) -> None:
        for tried in range(MOST_TRIES):
            pause_s = await attempt(tenant_id, conversation_id, analysis_version, tried)
            if pause_s is None:
                return
            await flows.sleep(pause_s)


async def _agent_of(work: Work, conversation: Conversation) -> Agent | None:
    """The agent of a talk that wants to hear of it; deleted ones want nothing any more."""
    if conversation.agent_id is None:
        return None
    agent = (await by_ids(work, [conversation.agent_id])).get(conversation.agent_id)
    return agent if agent is not None and agent.deleted_at is None and agent.webhook_url else None


def _letter(work: Work, agent: Agent, conversation: Conversation) -> dict[str, Any]:
    """The envelope of events (product specification §9.1); its id is the same for each attempt."""
    version = conversation.analysis_version
    return {
        "id": str(uuid5(conversation.id, f"{ConversationProcessed.type}:{version}")),
        "type": ConversationProcessed.type,
        "tenant_id": str(work.tenant_id),
        "occurred_at": timestamp(conversation.updated_at),
        "actor_role": "system",
        "noun_id": str(conversation.id),
        "sequence": version,
        "data": {**detail_view(conversation), "google_sheet_id": agent.google_sheet_id},
    }
