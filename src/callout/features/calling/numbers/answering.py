"""Has the provider ask us what to do with calls to a number that one of our agents answers."""

from uuid import UUID

from callout.features.accounts.events import TenantUpdated
from callout.features.accounts.tenant_store import own_tenant
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.numbers import store
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.ports import NotThere, TelephonyAccess
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

ANSWER = "answer_number"
_log = logger(__name__)


async def have_answered(work: Work, number: PhoneNumber) -> None:
    """Tells the provider by and by; a number nobody of ours answers is left as its owner set it up there."""
    if number.external_id and number.inbound_agent_id and number.is_active and number.provider != "sip":
        at = round(work.now.timestamp() * 1000)
        await work.enqueue(ANSWER, str(number.id), key=f"number:{number.id}:answer:{number.version}:{at}")


async def follow_new_address(work: Work, event: TenantUpdated) -> None:
    """Tells the provider the new webhook address of every number we answer."""
    if "webhook_token" in event.changed:
        for number in await store.answered(work):
            await have_answered(work, number)


class NumberAnswering:
    """Tells the provider where calls to a number are asked about; may be repeated."""

    def __init__(self, database: Database, telephony: TelephonyAccess, addresses: Addresses) -> None:
        """Takes who carries calls, and where it reaches us."""
        self._database = database
        self._telephony = telephony
        self._addresses = addresses

    async def run(self, tenant_id: UUID, number_id: UUID) -> None:
        """Does it for a number that is still there and the account's.

        Raises:
            ProviderFailed: as its subclasses say; later it may succeed.
        """
        async with self._database.transaction(Principal.system(tenant_id)) as work:
            number = await store.find(work, number_id)
            chosen = await self._telephony.telephony_of(work)
            token = (await own_tenant(work)).webhook_token
        if number is None or not number.external_id or chosen is None:
            return
        provider = chosen.adapter.provider
        try:
            await chosen.adapter.answer_number(
                number.external_id,
                voice_url=self._addresses.hook(provider, token, "inbound"),
                status_url=self._addresses.hook(provider, token, "status"),
            )
        except NotThere:
            _log.warning("number_not_answered", provider=provider, number_id=str(number_id))
