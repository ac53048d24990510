"""Holds the rules against a running call after each thing the customer says, by a worker: no reply waits for it."""

from uuid import UUID

from callout.features.conversations import store as conversations
from callout.features.conversations.events import TurnHeard
from callout.features.conversations.foresight import Foresight
from callout.features.conversations.material import live_material_of
from callout.features.conversations.tables import Conversation
from callout.features.triggers import store
from callout.features.triggers.service import evaluate
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.errors import NotFound
from callout.kit.principal import Principal
from callout.kit.workflows import Workflows

EVALUATE_LIVE = "evaluate_live"


async def turn_heard(work: Work, event: TurnHeard) -> None:
    """Has the rules evaluated once more, where there are any."""
    if event.speaker == "customer" and await store.active_rules(work):
        key = f"conversation:{event.noun_id}:live:{event.seq}"
        await work.enqueue(EVALUATE_LIVE, str(event.noun_id), event.seq, key=key)


class LiveEvaluation:
    """Evaluates the rules on running calls; every evaluation may be repeated."""

    def __init__(self, database: Database, foresight: Foresight) -> None:
        """Takes where calls are kept, and what finds the places they name."""
        self._database = database
        self._foresight = foresight

    async def run(self, tenant_id: UUID, conversation_id: UUID, seq: int) -> None:
        """Evaluates what was said up to a turn.

        Nothing is done when the customer has said more since, for that is evaluated by itself, nor when the call is
        over: its final evaluation is the one that counts.
        """
        principal = Principal.system(tenant_id)
        try:
            async with self._database.transaction(principal) as work:
                if not await _is_newest(work, await conversations.find(work, conversation_id), seq):
                    return
            places = await self._foresight.of_stored(principal, conversation_id)
            async with self._database.transaction(principal) as work:
                conversation = await conversations.lock(work, conversation_id)
                if await _is_newest(work, conversation, seq):
                    await evaluate(work, await live_material_of(work, conversation, places), "live", at_seq=seq)
        except NotFound:
            return


async def _is_newest(work: Work, conversation: Conversation, seq: int) -> bool:
    if conversation.status != "active":
        return False
    turns = await conversations.turns_of(work, conversation.id)
    return not any(turn.seq > seq and turn.speaker == "customer" for turn in turns)


def register(flows: Workflows, live: LiveEvaluation) -> None:
    """Registers the evaluation of running calls."""

    @flows.step("triggers.evaluate_live", retries=3)
    async def evaluate_step(tenant_id: str, conversation_id: str, seq: int) -> None:
        await live.run(UUID(tenant_id), UUID(conversation_id), seq)

    @flows.workflow(EVALUATE_LIVE)
    async def evaluate_live(tenant_id: str, conversation_id: str, seq: int) -> None:
        await evaluate_step(tenant_id, conversation_id, seq)
