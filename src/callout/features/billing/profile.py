"""The billing profile and the number series."""

from typing import Any

from sqlalchemy import select

from callout.features.billing import neighbours, store
from callout.features.billing.context import Billing
from callout.features.billing.errors import CurrencyLocked, SeriesStarted
from callout.features.billing.tables import BillingProfile
from callout.features.files.errors import FileMissing
from callout.features.orders.tables import NumberSeries, Order
from callout.kit.db.work import Work
from callout.kit.errors import NotFound, Unprocessable
from callout.kit.http.writes import IfMatch

SERIES = ("invoice", "credit_note", "order")


async def save_profile(work: Work, billing: Billing, values: dict[str, Any], if_match: IfMatch) -> BillingProfile:
    """Replaces the billing profile; orders that waited for it get their invoices, first completed first.

    Args:
        work: The transaction.
        billing: The ports.
        values: All columns; `currency` and `default_language` may be None for the tenant's own.
        if_match: The version the client has read; not needed for the first.

    Raises:
        CurrencyLocked: another currency after the first invoice.
    """
    tenant = await neighbours.tenant_facts(work, lock=True)
    profile = await store.profile(work, lock=True)
    if profile is not None:
        if_match.check(profile.version)
    values = {**values, "currency": values["currency"] or tenant.currency}
    values["default_language"] = values["default_language"] or tenant.locale
    if values["currency"] != (profile.currency if profile else tenant.currency) and await store.any_document(work):
        raise CurrencyLocked
    await _check_logo(work, billing, values["logo_file_id"])
    values["bank_details"] = _merged_bank(profile, values["bank_details"])
    if profile is None:
        profile = BillingProfile(tenant_id=work.tenant_id, **values)
        work.session.add(profile)
    for name, value in values.items():
        setattr(profile, name, value)
    await work.session.flush()
    await work.enqueue("issue_waiting_invoices", key=f"issue_waiting_invoices:{profile.id}:{profile.version}")
    return profile


def _merged_bank(profile: BillingProfile | None, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """An account number that is not sent stays, because it is never shown and so cannot be sent back."""
    if given is None:
        return None
    known = (profile.bank_details or {}) if profile else {}
    return {**given, "account_number": given.get("account_number", known.get("account_number"))}


async def _check_logo(work: Work, billing: Billing, file_id: Any) -> None:
    if file_id is None:
        return
    try:
        row = await billing.files.find(work, file_id)
    except FileMissing:
        raise Unprocessable.at("logo_file_id", "there is no such file") from None
    if not row.content_type.startswith("image/"):
        raise Unprocessable.at("logo_file_id", "must be a picture")


async def series(work: Work) -> list[dict[str, Any]]:
    """The next number of every series, and whether it can still be set."""
    query = select(NumberSeries.kind, NumberSeries.next).where(NumberSeries.tenant_id == work.tenant_id)
    rows = (await work.session.execute(query)).all()
    known = {row.kind: row.next for row in rows}
    return [{"kind": kind, "next": known.get(kind, 1), "started": await _started(work, kind)} for kind in SERIES]


async def raise_series(work: Work, kind: str, following: int) -> dict[str, Any]:
    """Sets the next number of a series that has no document yet.

    Raises:
        SeriesStarted: there is a document.
    """
    if kind not in SERIES:
        raise NotFound("There is no such series.")
    await neighbours.tenant_facts(work, lock=True)
    query = (
        select(NumberSeries)
        .where(NumberSeries.tenant_id == work.tenant_id, NumberSeries.kind == kind)
        .with_for_update()
    )
    row = (await work.session.execute(query)).scalar_one_or_none()
    if await _started(work, kind):
        raise SeriesStarted
    if row is None:
        row = NumberSeries(tenant_id=work.tenant_id, kind=kind, next=1)
        work.session.add(row)
    if following < row.next:
        raise Unprocessable.at("next", f"must be at least {row.next}")
    row.next = following
    await work.session.flush()
    return {"kind": kind, "next": following, "started": False}


async def _started(work: Work, kind: str) -> bool:
    if kind == "order":
        query = select(Order.id).where(Order.tenant_id == work.tenant_id).limit(1)
        return (await work.session.execute(query)).first() is not None
    return await store.any_document(work, kind)
