"""What becomes known of a call once the provider was asked to dial it; every use may be repeated."""

from uuid import UUID

from callout.features.calling.calls import store
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.placing import QUEUE
from callout.features.calling.calls.reporting import apply_fact
from callout.kit.db.database import Database
from callout.kit.principal import Principal

FOLLOW = "follow_managed_call"


async def dialled(
    database: Database, principal: Principal, call_id: UUID, external_id: str, *, from_number: str | None = None
) -> None:
    """The provider has the call under this id; a managed one is followed from now on."""
    async with database.transaction(principal) as work:
        call = await store.lock(work, call_id)
        await apply_fact(work, call, Fact(kind="dialing", at=work.now, source="platform", external_id=external_id))
        call.external_id = call.external_id or external_id
        call.from_number = from_number or call.from_number
        if call.is_managed:
            await work.enqueue(FOLLOW, str(call.id), key=f"call:{call.id}:follow", queue=QUEUE)


async def give_up(database: Database, principal: Principal, call_id: UUID, code: str, detail: str) -> None:
    """The call was not made, as far as anybody can tell; it is not dialled again."""
    async with database.transaction(principal) as work:
        call = await store.lock(work, call_id)
        fact = Fact(kind="failed", at=work.now, source="platform", error_code=code[:60], error_detail=detail[:300])
        await apply_fact(work, call, fact)
