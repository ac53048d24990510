"""Somebody calls a number of the business: its agent answers."""

from callout.features.calling.agents.store import find as find_agent
from callout.features.calling.calls import store
from callout.features.calling.calls.dialling import media_instruction
from callout.features.calling.calls.events import CallCreated
from callout.features.calling.calls.facts import TERMINAL, Fact
from callout.features.calling.calls.ports import Addresses
from callout.features.calling.calls.reporting import apply_fact
from callout.features.calling.calls.tables import Call
from callout.features.calling.numbers import store as numbers
from callout.features.calling.ports import HangUp, Instruction, Mode
from callout.features.prospecting.consents import record_consent
from callout.features.prospecting.contacts import upsert_contact
from callout.kit.db.work import Work
from callout.kit.ids import uuid7

WITHHELD = "anonymous"


async def answer_inbound(
    work: Work,
    addresses: Addresses,
    *,
    provider: str,
    external_id: str,
    from_number: str,
    to_number: str,
    mode: Mode = "live",
) -> Instruction:
    """What the provider is to do with a call to a number of the tenant; asked again it gives a fresh token.

    Args:
        work: of the tenant whose webhook was asked.
        addresses: where the media socket is.
        provider: who carries the call.
        external_id: the provider's id of the call.
        from_number: E.164; empty where it is withheld.
        to_number: the tenant's own, E.164.
        mode: whether a simulator carries it.

    Returns:
        The stream to the agent of that number; a refusal where the number has none that works.
    """
    number = await numbers.by_phone(work, to_number)
    if number is None or number.tenant_id != work.tenant_id or not number.is_active or number.inbound_agent_id is None:
        return HangUp(is_rejected=True)
    agent = await find_agent(work, number.inbound_agent_id)
    if agent is None or agent.status != "active":
        return HangUp(is_rejected=True)
    known = await store.by_external(work, provider, external_id)
    call = await store.lock(work, known.id) if known else None
    if call is None:
        call = Call(
            id=uuid7(),
            tenant_id=work.tenant_id,
            kind="phone",
            mode=mode,
            direction="inbound",
            agent_id=agent.id,
            to_number=to_number,
            from_number=from_number or WITHHELD,
            provider=provider,
            external_id=external_id,
            status="pending",
            attempt=1,
            retry_attempts=0,
            dial_started_at=work.now,
            recording_consent="not_recorded",
            muted=False,
            opted_out=False,
            knowledge_base_ids=[],
            variables={},
        )
        await _introduce(work, call, from_number)
    if call.status in TERMINAL:
        return HangUp()
    return media_instruction(work, call, addresses)


async def _introduce(work: Work, call: Call, from_number: str) -> None:
    """Writes the call; an unknown caller becomes a contact who asked for something (product specification §6.3)."""
    if from_number:
        contact, is_new = await upsert_contact(work, from_number, source="inbound", fields={})
        call.contact_id = contact.id
        if is_new:
            await record_consent(
                work,
                phone=from_number,
                contact_id=contact.id,
                scope="call",
                basis="inquiry",
                action="granted",
                source=f"call:{call.id}",
                statement="Called us.",
            )
    work.session.add(call)
    await work.session.flush()
    await work.publish(
        CallCreated(
            noun_id=call.id,
            direction="inbound",
            agent_id=call.agent_id,
            contact_id=call.contact_id,
            campaign_id=None,
            attempt=1,
            phone=from_number or WITHHELD,
        )
    )
    await apply_fact(work, call, Fact(kind="ringing", at=work.now, source="platform", external_id=call.external_id))
