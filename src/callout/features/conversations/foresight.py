"""What must be fetched over the network before a conversation is processed: the place of the address it names."""

from collections.abc import Sequence
from uuid import UUID

from callout.features.conversations import model, store
from callout.features.conversations.analysis import analyse
from callout.features.conversations.calls import call_context
from callout.features.conversations.intake_model import IncomingCall
from callout.features.conversations.neighbours import parsed_phone, tenant_facts
from callout.features.conversations.places import Places, address_of
from callout.features.conversations.turn_merge import Placed, plan_turns
from callout.features.geocoding.ports import Geocoder
from callout.kit.db.database import Database
from callout.kit.errors import UpstreamFailed, UpstreamTimeout
from callout.kit.principal import Principal


class Foresight:
    """Looks ahead in a short transaction of its own, then asks the geocoder with no transaction open."""

    def __init__(self, database: Database, geocoder: Geocoder) -> None:
        self._database = database
        self._geocoder = geocoder

    async def of_stored(self, principal: Principal, conversation_id: UUID) -> Places:
        """The places of a stored conversation."""
        async with self._database.transaction(principal) as work:
            conversation = await store.find(work, conversation_id)
            turns = await store.turns_of(work, conversation_id)
            context = await call_context(work, conversation)
        return await self._locate(turns, context)

    async def of_incoming(self, principal: Principal, call: IncomingCall) -> Places:
        """The places of a conversation that is about to be stored."""
        async with self._database.transaction(principal) as work:
            known = await store.by_external_id(work, call.calling_system, call.external_id)
            stored = await store.turns_of(work, known.id) if known else []
            tenant = await tenant_facts(work)
            context = await call_context(
                work,
                known,
                phone=parsed_phone(call.phone, tenant.country),
                started_at=call.started_at,
            )
        plan = plan_turns(stored, call.turns, complete=call.complete)
        fresh = [_as_turn(placed) for placed in (*plan.insert, *plan.replace)]
        replaced = {turn.seq for turn in fresh} | set(plan.drop)
        turns = sorted([*(turn for turn in stored if turn.seq not in replaced), *fresh], key=lambda turn: turn.seq)
        return await self._locate(turns, context)

    async def _locate(self, turns: Sequence[model.Turn], context: model.CallContext) -> Places:
        place = analyse(turns, context).slots.location
        address = address_of(place)
        if place is None or address is None or place.geo is not None:
            return {}
        try:
            found = await self._geocoder.search(address, country=context.region, limit=1)
        except (UpstreamFailed, UpstreamTimeout):
            return {}
        if not found or found[0].precision == "none":
            return {}
        best = found[0]
        return {
            address: model.Place(
                address=place.address,
                city=place.city or best.components.city,
                state=place.state or best.components.region,
                zip=place.zip or best.components.postcode,
                geo=model.Geo(best.lat, best.lng),
                precision=best.precision,
            )
        }


def _as_turn(placed: Placed) -> model.Turn:
    turn = placed.turn
    return model.Turn(
        seq=placed.seq,
        speaker=turn.speaker,
        content=turn.content,
        at=turn.at,
        offset_ms=turn.offset_ms,
        duration_ms=turn.duration_ms,
        external_turn_id=turn.external_turn_id,
        confidence=turn.confidence,
    )
