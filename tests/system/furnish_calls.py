"""One of everything a business has of calls and webhooks; every text carries its mark."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from callout.features.api_configs.webhooks import store as webhooks
from callout.features.api_configs.webhooks.tables import WebhookEndpoint
from callout.features.calling.agents.tables import Agent
from callout.features.calling.calls import holds, steering, store
from callout.features.calling.calls.facts import Fact
from callout.features.calling.calls.reporting import report_fact
from callout.features.calling.calls.tables import Call, CallLatency, CallToolUse
from callout.features.prospecting.tables import Contact
from callout.kit.db.work import Work
from callout.kit.events.log import read_after
from callout.kit.ids import uuid7
from callout.kit.principal import Principal
from callout.kit.secrets import Sealer
from tests.system.business import Business, slug


async def furnish_calls(business: Business) -> None:
    """A running call with its parts, and an endpoint that was told of something."""
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        call_id = await _call(work, business)
        await _parts(work, business, call_id)
    async with business.house.database.transaction(Principal.system(business.tenant_id)) as work:
        await steering.say(work, call_id, f"Greetings from {business.mark}.")
        await _endpoint(work, business)


async def _call(work: Work, business: Business) -> UUID:
    mark = business.mark
    agent = (await work.session.execute(select(Agent).where(Agent.tenant_id == work.tenant_id))).scalars().first()
    contact = (
        await work.session.execute(
            select(Contact).where(Contact.tenant_id == work.tenant_id, Contact.name == f"Carl {mark}")
        )
    ).scalar_one()
    assert agent is not None
    call = Call(
        id=uuid7(), agent_id=agent.id, contact_id=contact.id, to_number=contact.phone, from_number=business.number(60),
        provider="twilio", external_id=f"CA-{slug(mark)}", status="pending", script=f"Purpose: {mark} calls",
        variables={"service": mark}, dial_started_at=work.now, media_joined_at=work.now, mode="sandbox",
    )  # fmt: skip
    work.session.add(call)
    await work.session.flush()
    await report_fact(work, call.id, Fact(kind="answered", at=work.now, sequence=2, error_detail=f"by {mark}"))
    await holds.hold(work, call, f"voice-{slug(mark)}")
    await work.session.flush()
    return call.id


async def _parts(work: Work, business: Business, call_id: UUID) -> None:
    mark = business.mark
    await store.keep_cost(
        work, call_id,
        {"provider": "elevenlabs", "service": "tts", "units": 120, "unit": "characters", "cost": None,
         "currency": None, "is_estimate": True},
    )  # fmt: skip
    work.session.add(CallLatency(call_id=call_id, turn=2, at=work.now, voice_to_voice_ms=700))
    work.session.add(
        CallToolUse(call_id=call_id, key=f"{call_id}:quote", name="send_quote", arguments={"customer_name": mark},
                    ok=True, value={"sent": False})
    )  # fmt: skip


async def _endpoint(work: Work, business: Business) -> None:
    endpoint_id, mark = uuid7(), business.mark
    sealed = Sealer.of(business.house.made.secret).seal(
        b"whsec_furnished", purpose=f"{work.tenant_id}:webhook:{endpoint_id}"
    )
    endpoint = WebhookEndpoint(
        id=endpoint_id, url=f"https://{slug(mark)}.example.org/hook", events=["call.*"], description=f"Hook of {mark}",
        is_active=False, sealed=sealed,
    )  # fmt: skip
    work.session.add(endpoint)
    await work.session.flush()
    [first, *_] = await read_after(work.session, work.tenant_id, 0, limit=1)
    told = msgspec.structs.replace(first, data={"mark": mark})
    delivery_id = await webhooks.add_delivery(work, endpoint.id, told)
    assert delivery_id is not None
    row = await webhooks.delivery(work, delivery_id)
    row.status, row.response_snippet, row.next_attempt_at = "dead", f"no from {mark}", work.now + timedelta(days=1)
