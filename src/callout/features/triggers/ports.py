"""What triggers need from features above them; the composition root hands it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from callout.features.triggers.events import TriggerFired
from callout.kit.db.work import Work


class TriggeredOrders(Protocol):
    """The orders that trigger events led to."""

    async def summaries(self, work: Work, order_ids: Sequence[UUID]) -> Mapping[UUID, dict[str, Any]]:
        """The orders as the API shows them in lists, by id; unknown ids are left out."""
        ...

    async def create(self, work: Work, fired: TriggerFired, overrides: Mapping[str, Any]) -> dict[str, Any]:
        """Makes the order of a trigger event by hand, and reports it by `firing.record_actions`.

        Args:
            work: the transaction.
            fired: what the rule found, as it was published.
            overrides: order fields that win over what was heard.

        Returns:
            The order as the API shows it; it has a member `id`.
        """
        ...
