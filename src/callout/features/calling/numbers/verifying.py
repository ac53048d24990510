"""Asking the telephony provider whether a number is the tenant's."""

from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.ports import Chosen, ProviderFailed, ProviderNumber, Telephony, TelephonyAccess
from callout.kit.db.database import Database
from callout.kit.db.work import Work
from callout.kit.observe.logs import logger
from callout.kit.principal import Principal

_log = logger(__name__)


async def telephony_of(principal: Principal, access: TelephonyAccess, database: Database) -> Chosen[Telephony] | None:
    """Who carries the tenant's calls; read in a transaction of its own."""
    async with database.transaction(principal) as look:
        return await access.telephony_of(look)


async def numbers_of_account(
    principal: Principal, access: TelephonyAccess, database: Database
) -> dict[str, ProviderNumber] | None:
    """The account's numbers by E.164; None when the provider cannot be asked or does not answer."""
    chosen = await telephony_of(principal, access, database)
    if chosen is None:
        return None
    try:
        return {number.phone: number for number in await chosen.adapter.numbers()}
    except ProviderFailed as failed:
        _log.warning("numbers_not_verified", provider=chosen.adapter.provider, reason=failed.code)
        return None


def note_verified(work: Work, number: PhoneNumber, owned: dict[str, ProviderNumber] | None) -> None:
    """Writes down what the provider says of a number; without an answer everything stays as it is."""
    if owned is None or number.provider == "sip":
        return
    found = owned.get(number.phone)
    number.verified_at = (number.verified_at or work.now) if found is not None else None
    number.external_id = found.external_id if found is not None else None
    number.capabilities = list(found.capabilities) if found is not None else []
