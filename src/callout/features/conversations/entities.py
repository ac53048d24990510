"""The mentions of one turn as entities: type, value, normal form, character span."""

from __future__ import annotations

from collections.abc import Iterator

from callout.features.conversations import lexicon
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Entity

_SURE, _LIKELY, _GUESSED = 0.95, 0.8, 0.5


def of_turn(turn: Heard) -> tuple[Entity, ...]:
    """All entities of a turn, in order of position."""
    found = [*_people(turn), *_contact(turn), *_when(turn), *_needs(turn)]
    found.sort(key=lambda entity: (entity.start, -entity.end))
    return tuple(found)


def _people(turn: Heard) -> Iterator[Entity]:
    if turn.person is not None:
        person = turn.person
        yield _entity(turn, "person", person.start, person.end, person.name, _SURE if person.weight > 2 else _GUESSED)
    for proper in turn.proper:
        streets = [place for place in turn.addresses if place.street]
        if any(proper.start < place.end and place.start < proper.end for place in streets):
            continue
        if turn.person is not None and proper.start < turn.person.end and turn.person.start < proper.end:
            continue
        yield _entity(turn, proper.kind, proper.start, proper.end, proper.name, _LIKELY)
    for place in turn.addresses:
        value = place.place.address or ", ".join(filter(None, (place.place.city, place.place.state)))
        yield _entity(turn, "location", place.start, place.end, value, _LIKELY if place.street else _GUESSED)


def _contact(turn: Heard) -> Iterator[Entity]:
    for phone in turn.phones:
        yield _entity(
            turn, "phone", phone.start, phone.end, phone.e164 or phone.digits, _SURE if phone.valid else _GUESSED
        )
    for email in turn.emails:
        yield _entity(turn, "email", email.start, email.end, email.address, _SURE if email.sure else _GUESSED)
    for entry in turn.sums:
        yield _entity(turn, "money", entry.start, entry.end, f"{entry.amount} {entry.currency}", _SURE)


def _when(turn: Heard) -> Iterator[Entity]:
    for day in turn.dates:
        yield _entity(turn, "date", day.start, day.end, day.day.isoformat(), _SURE if day.exact else _LIKELY)
    for moment in turn.times:
        yield _entity(
            turn, "time", moment.start, moment.end, moment.at.strftime("%H:%M"), _SURE if moment.sure else _GUESSED
        )


def _needs(turn: Heard) -> Iterator[Entity]:
    for service in turn.services:
        if not service.negated:
            yield _entity(turn, "service", service.start, service.end, service.code, _SURE)
    taken = -1
    for hit in lexicon.needs(turn.words):
        if hit.label in ("severe", "high", "medium") and hit.first > taken and not turn.words.negated(hit.first):
            taken = hit.last
            start, end = turn.words.span(hit.first, hit.last)
            yield _entity(turn, "urgency", start, end, hit.label, _LIKELY)


def _entity(  # noqa: PLR0917 - the members of an entity
    turn: Heard, kind: str, start: int, end: int, normalised: str, confidence: float
) -> Entity:
    return Entity(
        type=kind,
        value=turn.turn.content[start:end],
        normalised=normalised,
        confidence=confidence,
        start=start,
        end=end,
    )
