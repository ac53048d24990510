"""Reads what people type in the terms of their tenant."""

from callout.features.accounts.tenant_store import own_tenant
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.text.phones import parse_phone


async def tenant_phone(work: Work, raw: str) -> str:
    """The E.164 form of a phone written as in the tenant's country.

    Raises:
        Unprocessable: not a number that could be dialled.
    """
    try:
        return parse_phone(raw, (await own_tenant(work)).country)
    except ValueError as error:
        raise Unprocessable.at("phone", "not a valid phone number", code="invalid_phone") from error
