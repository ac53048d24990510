"""Deleting voices at the provider: the step a worker takes, as often as it must."""

from uuid import UUID

from callout.features.calling.ports import KeyRefused, ProviderFailed, VoiceAccess
from callout.features.calling.voices import store
from callout.kit.db.database import Database
from callout.kit.principal import Principal

FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 3600.0
MOST_ATTEMPTS = 200
"""With pauses that grow to an hour: more than a week."""


async def delete_copy(database: Database, access: VoiceAccess, tenant_id: str, copy_id: str) -> float:
    """Deletes a voice at the provider; returns in how many seconds to try again, 0 when it is over.

    A copy at a simulator that is no longer in use, or at a provider whose key is gone, is given up with a reason.
    """
    principal = Principal.system(tenant_id)
    async with database.transaction(principal) as work:
        copy = await store.copy(work, UUID(copy_id))
        chosen = await access.voices_of(work)
        if copy is None or copy.deleted_at is not None:
            return 0
        is_there = chosen is not None and (chosen.adapter.provider, chosen.mode) == (copy.provider, copy.mode)
        external_id, mode = copy.external_id, copy.mode
    error: str | None = None
    if is_there and chosen is not None:
        try:
            await chosen.adapter.delete(external_id)
        except ProviderFailed as failed:
            error = f"{failed.message} {failed.remedy}".strip()
            if failed.is_final and not isinstance(failed, KeyRefused):
                error = f"given up: {error}"
    elif mode == "sandbox":
        error = "given up: the simulator that had it is not in use"
    else:
        error = "There is no key of the provider that has it."
    async with database.transaction(principal) as work:
        copy = await store.copy(work, UUID(copy_id))
        if copy is None:
            return 0
        copy.attempts += 1
        copy.error = error[:200] if error else None
        if error is None:
            copy.deleted_at = work.now
        is_over = error is None or error.startswith("given up") or copy.attempts >= MOST_ATTEMPTS
        return 0 if is_over else pause_s(copy.attempts)


def pause_s(attempts: int) -> float:
    """Seconds until the next attempt: ten, doubling to an hour."""
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 20)))
