"""Whole conversations handed in by an admin or a machine: processed while the caller waits, or in the background."""

import msgspec

from callout.features.conversations import store
from callout.features.conversations.errors import InProcessing, WordsGone
from callout.features.conversations.foresight import Foresight
from callout.features.conversations.ingest import absorb, enqueue_processing
from callout.features.conversations.intake_model import IncomingCall
from callout.features.conversations.process import Processed, Processing
from callout.features.conversations.tables import Conversation
from callout.kit.db.work import Work


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """What a hand-in led to. `processed` is None while the work goes on in the background."""

    conversation: Conversation
    created: bool
    processed: Processed | None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a conversation is to be processed."""

    force: bool = False
    skip_vendor_selection: bool = False
    priority: str | None = None
    wait: bool = True


class Desk:
    """Takes whole conversations, and processed ones again."""

    def __init__(self, foresight: Foresight, processing: Processing) -> None:
        self._foresight = foresight
        self._processing = processing

    async def submit(self, work: Work, call: IncomingCall, options: Options) -> Submitted:
        """Stores and processes a finished conversation; one already processed is given back unless forced.

        The network is asked before the transaction of `work` begins.
        """
        places = await self._foresight.of_incoming(work.principal, call) if options.wait else {}
        absorbed = await absorb(work, call, "ended", force=options.force)
        conversation = absorbed.conversation
        if conversation.status == "processing" and not options.wait:
            if conversation.queued_at is None:
                await enqueue_processing(work, conversation, skip_vendor_selection=options.skip_vendor_selection)
            return Submitted(conversation=conversation, created=absorbed.created, processed=None)
        await work.session.flush()
        processed = await self._processing.run(
            work,
            conversation.id,
            places,
            skip_vendor_selection=options.skip_vendor_selection,
            priority=options.priority,
        )
        return Submitted(conversation=processed.conversation, created=absorbed.created, processed=processed)

    async def reprocess(self, work: Work, conversation: Conversation, options: Options) -> Submitted:
        """Has a finished conversation analysed again; the order it led to stays the only one.

        Raises:
            InProcessing: the call goes on, or its analysis is under way.
            WordsGone: its words are not kept any more.
        """
        if conversation.words_removed_at is not None:
            raise WordsGone
        places = await self._foresight.of_stored(work.principal, conversation.id) if options.wait else {}
        conversation = await store.lock(work, conversation.id)
        if conversation.status == "active" or (conversation.status == "processing" and conversation.queued_at):
            raise InProcessing
        conversation.status = "processing"
        if not options.wait:
            await enqueue_processing(work, conversation, skip_vendor_selection=options.skip_vendor_selection)
            return Submitted(conversation=conversation, created=False, processed=None)
        await work.session.flush()
        processed = await self._processing.run(
            work, conversation.id, places, skip_vendor_selection=options.skip_vendor_selection
        )
        return Submitted(conversation=processed.conversation, created=False, processed=processed)
