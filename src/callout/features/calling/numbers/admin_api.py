"""/api/admin/calling-agents/numbers: the numbers the business calls from and is called at."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post

from callout.features.accounts.masking import sees_masked
from callout.features.accounts.permissions import allow
from callout.features.calling.desk import CallingDesk
from callout.features.calling.numbers import store, writing
from callout.features.calling.numbers.schemas import NewNumber, NumberPatch, NumberQuery
from callout.features.calling.numbers.tables import PhoneNumber
from callout.features.calling.numbers.verifying import numbers_of_account
from callout.features.prospecting import store as paging
from callout.features.prospecting.views import columns_of, masked_if
from callout.kit.db.work import Work
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/calling-agents/numbers"
ONE = "/{number_id:uuid}"


@get("/", guards=[allow("phone_number.read")], filters=NumberQuery)
async def list_numbers(request: Request[Any, Any, Any], work: Work, filters: Filtered[NumberQuery]) -> Response[Any]:
    """The numbers of the business."""
    query = store.numbers(work)
    if filters.is_active is not None:
        query = query.where(PhoneNumber.is_active.is_(filters.is_active))
    if filters.provider:
        query = query.where(PhoneNumber.provider.in_(filters.provider))
    if filters.q:
        query = query.where(
            PhoneNumber.phone.contains(filters.q, autoescape=True)
            | PhoneNumber.label.icontains(filters.q, autoescape=True)
        )
    rows, total = await paging.page(
        work, query, PhoneNumber, order=filters.order(), limit=filters.limit, offset=filters.offset
    )
    masked = await sees_masked(work)
    return listed(filters, [masked_if(masked, number_view(row)) for row in rows], total, request=request)


@get(ONE, guards=[allow("phone_number.read")])
async def get_number(work: Work, number_id: UUID) -> Response[Any]:
    """One number."""
    number = await store.fetch(work, number_id)
    return versioned(masked_if(await sees_masked(work), number_view(number)), number.version)


@post("/", guards=[allow("phone_number.create")])
async def add_number(work: Work, data: NewNumber, calling_desk: CallingDesk) -> Response[Any]:
    """Adds a number; the provider is asked whether the account has it."""
    owned = await numbers_of_account(work.principal, calling_desk.telephony, calling_desk.database)
    number, is_new = await writing.add_number(work, data, owned=owned, plans=calling_desk.plans)
    if not is_new:
        return versioned(number_view(number), number.version)
    return created(number_view(number), f"{PREFIX}/{number.id}")


@patch(ONE, guards=[allow("phone_number.update")])
async def update_number(
    work: Work, number_id: UUID, data: NumberPatch, if_match: IfMatch, calling_desk: CallingDesk
) -> Response[Any]:
    """Changes a number; the provider is asked again whether the account has it."""
    owned = await numbers_of_account(work.principal, calling_desk.telephony, calling_desk.database)
    number = await writing.update_number(work, number_id, data, if_match, owned=owned)
    return versioned(number_view(number), number.version)


@delete(ONE, guards=[allow("phone_number.delete")])
async def remove_number(work: Work, number_id: UUID, if_match: IfMatch) -> None:
    """Takes a number away."""
    await writing.remove_number(work, number_id, if_match)


def number_view(number: PhoneNumber) -> dict[str, Any]:
    """A number as it is shown."""
    return columns_of(number, "deleted_at") | {"is_verified": number.verified_at is not None}


router = Router(
    PREFIX,
    route_handlers=[list_numbers, get_number, add_number, update_number, remove_number],
    tags=["Phone numbers"],
)
