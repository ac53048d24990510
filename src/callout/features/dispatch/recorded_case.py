"""What of a case its record keeps: everything any policy could decide from, and of all others why not. Pure."""

from collections.abc import Iterable
from typing import Final

import msgspec

from callout.features.dispatch.candidates import RELAXABLE
from callout.features.dispatch.facts import Case, Dismissed
from callout.features.dispatch.selection import Candidate, Decision

HANGS_ON_POLICY: Final = RELAXABLE | {"offer_limit"}
"""Objections that another policy might not raise, or waive; with any other a vendor is excluded under all of them."""


def recorded_case(case: Case, decision: Decision) -> Case:
    """The case as it is recorded: vendors no policy could choose are reduced to their row of the decision.

    Deciding it again gives the same decision, bit for bit. What an admin named by hand is kept whole.
    """
    if case.criteria.mode == "manual":
        return case
    hopeless = {row.vendor_id: row for row in _hopeless(decision.candidates)}
    dismissed = [
        Dismissed(
            vendor_id=row.vendor_id,
            name=vendor.name,
            reason_codes=row.reason_codes,
            distance_km=row.distance_km,
            travel_min=row.travel_min,
        )
        for vendor in case.vendors
        if (row := hopeless.get(vendor.vendor_id)) is not None
    ]
    kept = tuple(vendor for vendor in case.vendors if vendor.vendor_id not in hopeless)
    return msgspec.structs.replace(case, vendors=kept, dismissed=(*case.dismissed, *dismissed))


def names_of(case: Case) -> dict[str, str]:
    """Vendor id to the name that explanations show; whoever's name was not read is missing."""
    seen = {vendor.vendor_id: vendor.name for vendor in case.vendors}
    return seen | {vendor.vendor_id: vendor.name for vendor in case.dismissed if vendor.name}


def _hopeless(rows: Iterable[Candidate]) -> Iterable[Candidate]:
    return (row for row in rows if not row.included and not HANGS_ON_POLICY.issuperset(row.reason_codes))
