"""What vendors do when something happens elsewhere; bound to events by the composition root."""

from callout.features.accounts.events import UserJoined
from callout.features.vendors.catalogue_service import seed_catalogue
from callout.kit.db.work import Work


async def stock_catalogue(work: Work, event: UserJoined) -> None:
    """A business begins with the canonical services: done when an owner joins, and harmless to repeat."""
    if event.role == "owner":
        await seed_catalogue(work)
