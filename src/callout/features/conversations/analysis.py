"""Analyse a conversation: one call from turns to slots, lead and outcome. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from callout.features.conversations import booking, entities, flow, intent, leads, sentiment, slots
from callout.features.conversations.hearing import Heard, listen, zone_of
from callout.features.conversations.model import (
    Analysis,
    CallContext,
    Evidence,
    IntentStep,
    OptOut,
    Place,
    Quote,
    Turn,
    TurnNote,
)


def analyse(turns: Sequence[Turn], context: CallContext) -> Analysis:
    """Analyse the final turns of a conversation; deterministic.

    Args:
        turns: in order of speech; turns that are not final are left out.
        context: everything outside the words; `started_at` resolves dates.
    """
    return conclude(listen(turns, context), context)


def conclude(heard: Sequence[Heard], context: CallContext) -> Analysis:
    """The analysis of turns that were heard already."""
    customer = [turn for turn in heard if turn.speaker == "customer"]
    intents = intent.primary([IntentStep(turn.turn.seq, turn.intent) for turn in customer])
    opt_out = next((turn.opt_out for turn in reversed(customer) if turn.opt_out), None)
    found, quotes = slots.gather(heard, context)
    quality = leads.quality(found, len(customer), intents.primary, opted_out=opt_out is not None)
    outcome = leads.outcome(intents.primary, quality.lead_score, opt_out, context.started_at, zone_of(context))
    talk, interrupted = flow.flow(heard)
    return Analysis(
        sentiment=sentiment.overall([(turn.turn.seq, turn.sentiment) for turn in customer]),
        intent=intents,
        flow=talk,
        slots=found,
        lead=leads.lead(heard, found, context),
        quality=quality,
        evidence=Evidence(quotes=(*quotes, *_opt_out_quote(opt_out))),
        outcome=msgspec.structs.replace(outcome, booking=booking.commitment(heard)),
        notes=tuple(_note(turn, interrupted) for turn in heard),
    )


def with_place(analysis: Analysis, place: Place) -> Analysis:
    """The analysis with the geocoded place of its address; what was said stays where the map is silent."""
    known = analysis.slots.location
    if known is not None:
        place = msgspec.structs.replace(
            place,
            address=place.address or known.address,
            city=place.city or known.city,
            state=place.state or known.state,
            zip=place.zip or known.zip,
        )
    found = msgspec.structs.replace(
        analysis.slots, location=place, sources={"location": "rules", **analysis.slots.sources}
    )
    quality = leads.quality(
        found,
        analysis.flow.customer_turns,
        analysis.intent.primary,
        opted_out=analysis.outcome.opt_out is not None,
    )
    outcome = msgspec.structs.replace(analysis.outcome, priority_level=leads.priority_of_score(quality.lead_score))
    return msgspec.structs.replace(analysis, slots=found, quality=quality, outcome=outcome)


def _note(turn: Heard, interrupted: frozenset[int]) -> TurnNote:
    return TurnNote(
        seq=turn.turn.seq,
        sentiment=turn.sentiment,
        intent=turn.intent,
        entities=entities.of_turn(turn),
        interrupted=turn.turn.seq in interrupted,
    )


def _opt_out_quote(opt_out: OptOut | None) -> tuple[Quote, ...]:
    if opt_out is None:
        return ()
    return (Quote(field="opt_out", seq=opt_out.seq, start=opt_out.start, end=opt_out.end),)
