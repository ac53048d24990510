"""What calls keep of the words that were said in them goes with the words themselves."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update

from callout.features.calling.calls.store import calls
from callout.features.calling.calls.tables import Call, CallToolUse
from callout.kit.db.work import Work

_SAID = frozenset({"facts", "order"})
"""Members of a call's result that hold words of the customer; the proofs of compliance stay."""


async def forget_words(work: Work, conversation_ids: Collection[UUID]) -> None:
    """Removes words and details of the customer from the calls of some conversations; figures and proofs stay."""
    query = calls(work).where(Call.conversation_id.in_(conversation_ids)).order_by(Call.id).with_for_update()
    found = (await work.session.execute(query.execution_options(populate_existing=True))).scalars().all()
    for call in found:
        call.agreed, call.callback_note = None, None
        if call.result is not None:
            call.result = {name: value for name, value in call.result.items() if name not in _SAID}
    ids = select(Call.id).where(Call.tenant_id == work.tenant_id, Call.conversation_id.in_(conversation_ids))
    await work.session.execute(
        update(CallToolUse)
        .where(CallToolUse.tenant_id == work.tenant_id, CallToolUse.call_id.in_(ids))
        .values(arguments={}, value={}, updated_at=work.now, version=CallToolUse.version + 1)
    )
    await work.session.flush()
