"""A person or a machine asks for a single call, or for a test call to the browser."""

from datetime import timedelta
from uuid import UUID

import msgspec

from callout.features.accounts.audit import audit
from callout.features.accounts.tenant_store import own_tenant
from callout.features.accounts.tickets import issue_ticket
from callout.features.calling.agents import store as agents
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.dialling import has_room
from callout.features.calling.calls.errors import ConcurrencyLimit, NotDialable
from callout.features.calling.calls.placing import Attempt, place_call
from callout.features.calling.calls.ports import DialQuestion, Verdict
from callout.features.calling.calls.schemas import NewCall
from callout.features.calling.calls.tables import Call
from callout.features.calling.calls.tokens import LIFETIME, new_token, token_hash
from callout.features.prospecting import store as contacts
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.errors import Unprocessable
from callout.kit.http.wire import timestamp
from callout.kit.text.phones import parse_phone

FEATURE = "ai-calling"
FARTHEST = timedelta(days=30)
BROWSER = "browser"


class TestCall(msgspec.Struct, frozen=True, kw_only=True):
    """A test call to the browser: where its audio is, and the ticket that opens it."""

    __test__ = False

    call: Call
    media_url: str
    ticket: str


async def start_call(work: Work, desk: CallDesk, data: NewCall) -> Call:
    """Places a single call that the rules allow.

    Raises:
        ApiKeysRequired: a provider is missing.
        PaymentRequired: the plan has no call left.
        NotDialable: the rules before every dial forbid it.
        ConcurrencyLimit: as many calls as the plan allows run now.
        NotFound: no such agent or contact.
        Unprocessable: the number is not the contact's, or the time is too far off.
    """
    await desk.access.require_feature(work, FEATURE)
    agent = await agents.fetch(work, data.agent_id)
    contact, phone = await _callee(work, data)
    if data.scheduled_at is not None and data.scheduled_at > work.now + FARTHEST:
        raise Unprocessable.at("scheduled_at", "must be within 30 days")
    await desk.quota.check(work, "calls")
    is_now = data.scheduled_at is None or data.scheduled_at <= work.now
    if is_now and not await has_room(work, desk.quota):
        raise ConcurrencyLimit(retry_after_s=30)
    question = DialQuestion(phone=phone, agent_id=agent.id, contact_id=contact.id if contact else None, moment="create")
    verdict = await desk.gate.may_dial(work, question)
    if not verdict.allowed and (is_now or verdict.reason != "outside_window"):
        _remember(work, desk, question)
        raise _refusal(verdict)
    attempt = Attempt(
        agent_id=agent.id,
        to_number=phone,
        contact_id=contact.id if contact else None,
        scheduled_at=data.scheduled_at,
        max_duration_s=data.max_duration_s,
        script=data.script,
        knowledge_base_ids=tuple(data.knowledge_base_ids),
        variables=data.variables,
        retry_attempts=data.retry_attempts,
    )
    call = await place_call(work, attempt)
    await audit(work, "call.start", "call", call.id, after={"to_number": phone, "agent_id": str(agent.id)})
    return call


async def start_test_call(work: Work, desk: CallDesk, agent_id: UUID) -> TestCall:
    """A call of an agent to the signed-in person's browser; nothing is dialled or counted.

    Raises:
        NotFound: no such agent.
    """
    agent = await agents.fetch(work, agent_id)
    call = await place_call(work, Attempt(agent_id=agent.id, to_number=BROWSER, kind="browser"))
    call.provider, call.mode = BROWSER, "live"
    token = new_token(work.tenant_id, call.id)
    call.media_token_hash, call.media_token_until = token_hash(token), work.now + LIFETIME
    await work.session.flush()
    ticket = await issue_ticket(work, audience="media", noun_id=call.id)
    return TestCall(call=call, media_url=desk.addresses.media("web", token), ticket=ticket)


async def _callee(work: Work, data: NewCall) -> tuple[Contact | None, str]:
    phone = await phone_of(work, data.to_number, "to_number") if data.to_number else None
    if data.contact_id is not None:
        contact = await contacts.fetch(work, Contact, data.contact_id)
        if phone is not None and phone not in (contact.phone, contact.alt_phone):
            raise Unprocessable.at("to_number", "is not a number of this contact")
        return contact, phone or contact.phone
    assert phone is not None
    return (await contacts.contacts_by_phone(work, [phone])).get(phone), phone


async def phone_of(work: Work, raw: str, field: str) -> str:
    """The E.164 form of a number written as in the tenant's country.

    Raises:
        Unprocessable: not a number that could be dialled.
    """
    try:
        return parse_phone(raw, (await own_tenant(work)).country)
    except ValueError as error:
        raise Unprocessable.at(field, "not a valid phone number", code="invalid_phone") from error


def _remember(work: Work, desk: CallDesk, question: DialQuestion) -> None:
    """Has the refusal's audit row outlive the transaction that is undone by it."""

    async def ask_again(afresh: Work) -> None:
        await desk.gate.may_dial(afresh, question)

    work.after_rollback(ask_again)


def _refusal(verdict: Verdict) -> NotDialable:
    words = verdict.detail or f"This number may not be called: {verdict.reason}."
    return NotDialable(words, reason=verdict.reason, retry_at=timestamp(verdict.retry_at))
