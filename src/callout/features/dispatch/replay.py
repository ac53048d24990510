"""Recomputes a recorded decision and says whether, and where, the result differs."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from callout.features.dispatch.facts import Case
from callout.features.dispatch.policy import Policy
from callout.features.dispatch.selection import decide


class Difference(msgspec.Struct, frozen=True):
    """One value that came out differently."""

    vendor_id: str
    field: str
    recorded: Any
    replayed: Any


def replay(facts: Mapping[str, Any], recorded: Sequence[Mapping[str, Any]], policy: Policy) -> list[Difference]:
    """Decides the recorded facts again and compares every candidate; under the same policy nothing may differ.

    Args:
        facts: the `Case` of the decision as it was stored.
        recorded: its candidate rows as they were stored.
        policy: the policy to decide under. Counters keep the decay they were recorded with.
    """
    rows = {row["vendor_id"]: row for row in decide(msgspec.convert(facts, Case), policy).rows()}
    before = {row["vendor_id"]: row for row in recorded}
    return [
        Difference(
            vendor,
            field,
            before.get(vendor, {}).get(field),
            rows.get(vendor, {}).get(field),
        )
        for vendor in sorted(before.keys() | rows.keys())
        for field in sorted(before.get(vendor, {}).keys() | rows.get(vendor, {}).keys())
        if before.get(vendor, {}).get(field) != rows.get(vendor, {}).get(field)
    ]
