"""The use cases of devices that receive push messages."""

from uuid import UUID

from callout.features.vendors import belongings_store
from callout.kit.db.work import Work
from callout.kit.secrets import hash_token


async def register_device(work: Work, user_id: UUID, token: str, platform: str) -> None:
    """Sends a user's push messages to a device from now on; whoever had the device before loses it."""
    await belongings_store.keep_device(work, user_id, token, hash_token(token), platform)


async def forget_device(work: Work, user_id: UUID, token: str) -> None:
    """Sends a user's push messages to a device no more."""
    await belongings_store.drop_device(work, user_id, hash_token(token))
