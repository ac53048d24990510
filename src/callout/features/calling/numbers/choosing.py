"""Which number a call is made from."""

from collections.abc import Mapping
from typing import Any

from callout.features.accounts.tenant_settings import tenant_settings
from callout.features.calling.agents.tables import Agent
from callout.features.calling.numbers import store
from callout.kit.db.work import Work


async def from_number(work: Work, agent: Agent, options: Mapping[str, Any]) -> str | None:
    """The number shown to the callee (E.164): the agent's, the setting, the default one, the provider's own option."""
    own = await store.find(work, agent.phone_number_id) if agent.phone_number_id else None
    if own is not None and own.is_active:
        return own.phone
    if (named := (await tenant_settings(work))["calling.default_from_number"]) is not None:
        return str(named)
    number = await store.default_number(work)
    if number is not None:
        return number.phone
    option = options.get("from_number")
    return str(option) if option else None
