"""What vendors do when something happens elsewhere; bound to events by the composition root."""

from collections.abc import Awaitable, Callable

from callout.features.accounts.context import Accounts
from callout.features.accounts.events import UserJoined
from callout.features.prospecting.events import ContactsMerged
from callout.features.vendors.belongings_store import merge_pairs
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.features.vendors.events import VendorStatusChanged
from callout.kit.db.work import Work


async def stock_catalogue(work: Work, event: UserJoined) -> None:
    """A business begins with the canonical services: done when an owner joins, and harmless to repeat."""
    if event.role == "owner":
        await seed_catalogue(work)


async def follow_merge(work: Work, event: ContactsMerged) -> None:
    """Who a merged contact wanted, or never again, the one kept does."""
    await merge_pairs(work, event.noun_id, event.merged)


def forget_standing(accounts: Accounts) -> Callable[[Work, VendorStatusChanged], Awaitable[None]]:
    """The reaction that makes a new standing count at the vendor's next request to this process."""

    async def forget_principals(work: Work, event: VendorStatusChanged) -> None:
        async def forget() -> None:
            accounts.principals.forget(lambda principal: principal.vendor_id == event.noun_id)

        work.after_commit(forget)

    return forget_principals
