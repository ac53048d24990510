"""What somebody who watches a call may have it do, as frames of their socket."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import Field, ValidationError

from callout.features.accounts.permissions import check
from callout.features.calling.calls import steering
from callout.features.calling.calls.schemas import Said, TransferTo, WithReason
from callout.features.calling.calls.starting import phone_of
from callout.features.calling.calls.tables import Call
from callout.kit.db.work import Work
from callout.kit.errors import Forbidden, Unprocessable
from callout.kit.http.fields import Text
from callout.kit.http.models import Body

ROLES = frozenset({"owner", "manager"})
Op = Literal["end", "mute", "unmute", "say", "whisper", "take_over", "transfer"]


class Plain(Body):
    """An intervention that says nothing further."""


class Whispered(Body):
    """What only the agent hears."""

    text: Annotated[str, Text(300)] = Field()


class Intervention(NamedTuple):
    """What an operation needs, and what it does."""

    permission: str
    body: type[Body]
    carry_out: Callable[[Work, UUID, Any], Awaitable[Call]]


async def intervene(work: Work, call_id: UUID, op: str, given: dict[str, Any]) -> None:
    """Carries out an operation on a running call, or has the process that holds it do so.

    Args:
        work: of the person who asks.
        call_id: of the call.
        op: one of `Op`.
        given: the members of the frame beside `op` and `id`.

    Raises:
        Unprocessable: no such operation, or members it does not take.
        Forbidden: not for this role.
        NotFound, NotLive, NobodyListens: the call cannot take it.
    """
    known = _KNOWN.get(op)
    if known is None:
        raise Unprocessable(f"There is no operation {op[:40]!r}.", code="unknown_op")
    if work.principal.role not in ROLES:
        raise Forbidden
    check(work.principal, known.permission)
    try:
        body = known.body.model_validate(given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise Unprocessable.at(".".join(map(str, first["loc"])) or op, first["msg"]) from None
    await known.carry_out(work, call_id, body)


async def _end(work: Work, call_id: UUID, body: WithReason) -> Call:
    return await steering.end_call(work, call_id, reason=body.reason)


async def _mute(work: Work, call_id: UUID, _: Plain) -> Call:
    return await steering.set_muted(work, call_id, muted=True)


async def _unmute(work: Work, call_id: UUID, _: Plain) -> Call:
    return await steering.set_muted(work, call_id, muted=False)


async def _say(work: Work, call_id: UUID, body: Said) -> Call:
    return await steering.say(work, call_id, body.text)


async def _whisper(work: Work, call_id: UUID, body: Whispered) -> Call:
    return await steering.whisper(work, call_id, body.text)


async def _take_over(work: Work, call_id: UUID, body: TransferTo) -> Call:
    return await steering.take_over(work, call_id, await phone_of(work, body.to, "to"))


async def _transfer(work: Work, call_id: UUID, body: TransferTo) -> Call:
    return await steering.transfer(work, call_id, await phone_of(work, body.to, "to"))


_KNOWN: dict[str, Intervention] = {
    "end": Intervention("call.end", WithReason, _end),
    "mute": Intervention("call.mute", Plain, _mute),
    "unmute": Intervention("call.mute", Plain, _unmute),
    "say": Intervention("call.say", Said, _say),
    "whisper": Intervention("call.whisper", Whispered, _whisper),
    "take_over": Intervention("call.take_over", TransferTo, _take_over),
    "transfer": Intervention("call.transfer", TransferTo, _transfer),
}
