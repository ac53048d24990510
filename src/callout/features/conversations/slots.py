"""What dispatch needs to know, gathered over the turns: said, read back and confirmed, or on file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from callout.features.conversations import contacts, lexicon, urgency
from callout.features.conversations.hearing import Heard, zone_of
from callout.features.conversations.model import (
    BudgetRange,
    CallContext,
    Place,
    Quote,
    Slots,
    Source,
    Timeline,
)
from callout.features.conversations.names import organisation_after
from callout.features.conversations.text import sentences
from callout.features.conversations.timeline import DateMention, PartMention, TimeMention

M = TypeVar("M", DateMention, TimeMention)

_DETAILS_CHARS = 300
_MAX_REQUIREMENTS = 10


class _Found(NamedTuple):
    """A value and where it was said."""

    value: Any
    seq: int
    start: int
    end: int


class Gathering:
    """The latest state of each slot while the talk is read from its start to its end."""

    def __init__(self, context: CallContext) -> None:
        """Start with nothing known."""
        self.context = context
        self.name: _Found | None = None
        self.name_weight = 0
        self.company: _Found | None = None
        self.phone: _Found | None = None
        self.email: _Found | None = None
        self.address: _Found | None = None
        self.city: _Found | None = None
        self.service: _Found | None = None
        self.service_counts: dict[str, int] = {}
        self.day: _Found | None = None
        self.at: _Found | None = None
        self.part: _Found | None = None
        self.budget: _Found | None = None
        self.requirements: list[_Found] = []

    def read(self, turn: Heard) -> None:
        """Take in one turn."""
        if turn.speaker == "customer":
            if turn.reply == "affirmative" and turn.answered is not None:
                self._confirm(turn.answered)
            self._said(turn)

    def _confirm(self, agent: Heard) -> None:
        """The customer agreed to what the agent said last."""
        if agent.person is not None and self.name_weight < agent.person.weight:
            self.name = _Found(agent.person.name, agent.turn.seq, agent.person.start, agent.person.end)
            self.name_weight = agent.person.weight
        self._place(agent)
        self._when(agent)
        self._service(agent)

    def _said(self, turn: Heard) -> None:
        seq = turn.turn.seq
        if turn.person is not None and turn.person.weight >= self.name_weight:
            self.name = _Found(turn.person.name, seq, turn.person.start, turn.person.end)
            self.name_weight = turn.person.weight
        if self.company is None and (company := organisation_after(turn.words)):
            self.company = _Found(company[2], seq, company[0], company[1])
        self._phone(turn)
        if turn.emails:
            email = turn.emails[-1]
            self.email = _Found(email.address, seq, email.start, email.end)
        self._place(turn)
        self._when(turn)
        self._service(turn)
        self._budget(turn)
        self._requirements(turn)

    def _phone(self, turn: Heard) -> None:
        for phone in turn.phones:
            if phone.e164 is None:
                continue
            better = self.phone is None or phone.valid or not _valid(self.phone, self.context.region)
            if better:
                self.phone = _Found(phone.e164, turn.turn.seq, phone.start, phone.end)

    def _place(self, turn: Heard) -> None:
        for mention in turn.addresses:
            found = _Found(mention.place, turn.turn.seq, mention.start, mention.end)
            if mention.street:
                self.address = _fuller(found, self.address)
            elif turn.speaker == "customer":
                self.city = found

    def _when(self, turn: Heard) -> None:
        seq = turn.turn.seq
        chosen = _last_wanted(turn, turn.dates)
        if chosen is not None:
            self.day = _Found(chosen, seq, chosen.start, chosen.end)
        moment = _last_wanted(turn, turn.times)
        if moment is not None:
            self.at = _Found(_same_half(moment, self.at), seq, moment.start, moment.end)
            self.part = None
        elif turn.parts and turn.speaker == "customer":
            part = turn.parts[-1]
            self.part = _Found(part, seq, part.start, part.end)

    def _service(self, turn: Heard) -> None:
        for mention in turn.services:
            if mention.negated:
                continue
            count = self.service_counts.get(mention.code, 0) + 1
            self.service_counts[mention.code] = count
            if self.service is None or count >= self.service_counts.get(str(self.service.value), 0):
                self.service = _Found(mention.code, turn.turn.seq, mention.start, mention.end)

    def _budget(self, turn: Heard) -> None:
        if not turn.sums:
            return
        low: Decimal | None = None
        high: Decimal | None = None
        amounts = [entry.amount for entry in turn.sums]
        first, last = turn.sums[0], turn.sums[-1]
        if (len(amounts) > 1 and " between " in turn.words.line) or (len(amounts) == 2 and " to " in turn.words.line):
            low, high = min(amounts), max(amounts)
        elif last.bound == "min":
            low = last.amount
        elif last.bound == "max":
            high = last.amount
        else:
            low = high = last.amount
        self.budget = _Found(
            BudgetRange(min=low, max=high, currency=last.currency), turn.turn.seq, first.start, last.end
        )

    def _requirements(self, turn: Heard) -> None:
        for hit in lexicon.needs(turn.words):
            if hit.label != "requirements" or len(self.requirements) >= _MAX_REQUIREMENTS:
                continue
            start, end = turn.words.span(hit.first, hit.last)
            around = next(((a, b) for a, b in sentences(turn.turn.content) if a <= start < b), (start, end))
            text = turn.turn.content[around[0] : around[1]].strip(" .,;")[:_DETAILS_CHARS]
            if all(known.value != text for known in self.requirements):
                self.requirements.append(_Found(text, turn.turn.seq, around[0], around[1]))


def gather(heard: Sequence[Heard], context: CallContext) -> tuple[Slots, tuple[Quote, ...]]:
    """The slots of a conversation and where each was said."""
    gathering = Gathering(context)
    for turn in heard:
        gathering.read(turn)
    return _assemble(gathering, heard)


def _assemble(found: Gathering, heard: Sequence[Heard]) -> tuple[Slots, tuple[Quote, ...]]:
    contact = found.context.contact
    sources: dict[str, Source] = {}
    quotes: list[Quote] = []

    def said(field: str, entry: _Found | None) -> Any:
        if entry is None:
            return None
        sources[field] = "rules"
        quotes.append(Quote(field=field, seq=entry.seq, start=entry.start, end=entry.end))
        return entry.value

    def on_file(field: str, value: Any) -> Any:
        if value:
            sources[field] = "contact"
        return value or None

    name = said("customer_name", found.name) or on_file("customer_name", contact and contact.name)
    company = said("company_name", found.company) or on_file("company_name", contact and contact.business_name)
    phone = said("contact_phone", found.phone) or on_file(
        "contact_phone", found.context.called_number or (contact and contact.phone)
    )
    email = said("contact_email", found.email) or on_file("contact_email", contact and contact.email)
    place = said("location", _place(found)) or on_file("location", contact and contact.place)
    service = said("service_type", found.service)
    details = _details(found.service, heard)
    if details:
        sources["service_details"] = "rules"
    budget = said("budget_range", found.budget)
    timeline = _timeline(found, heard)
    if timeline is not None:
        sources["timeline"] = "rules"
        quotes.extend(
            Quote(field="timeline", seq=entry.seq, start=entry.start, end=entry.end)
            for entry in (found.day, found.at, found.part)
            if entry is not None
        )
    sources["urgency_level"] = "rules"
    if found.requirements:
        sources["special_requirements"] = "rules"
    slots = Slots(
        customer_name=_text(name),
        company_name=_text(company),
        contact_phone=_text(phone),
        contact_email=_text(email),
        location=place,
        service_type=_text(service),
        service_details=details,
        budget_range=budget,
        timeline=timeline,
        urgency_level=urgency.level([turn.words for turn in heard if turn.speaker == "customer"]),
        special_requirements=tuple(str(entry.value) for entry in found.requirements),
        sources=sources,
    )
    return slots, tuple(quotes)


def _fuller(found: _Found, earlier: _Found | None) -> _Found:
    """The same house named again with less is the house as it was named before."""
    if earlier is None or found.value.address is None or earlier.value.address is None:
        return found
    says_less = earlier.value.address.casefold().startswith(found.value.address.casefold())
    return earlier if says_less else found


def _place(found: Gathering) -> _Found | None:
    """The address said, with the town said elsewhere when it names none; else the town alone."""
    if found.address is None or found.city is None or found.address.value.city:
        return found.address or found.city
    town: Place = found.city.value
    place: Place = found.address.value
    return found.address._replace(value=msgspec.structs.replace(place, city=town.city, state=place.state or town.state))


def _details(service: _Found | None, heard: Sequence[Heard]) -> str | None:
    """The customer's own sentence that tells most of the work: what is wrong before what it is called."""
    if service is None:
        return None
    best, best_worth = None, 0
    for turn in heard:
        if turn.speaker != "customer":
            continue
        troubles = [turn.words.span(first, last)[0] for first, last in _troubles(turn)]
        named = [one.start for one in turn.services if one.code == service.value and not one.negated]
        for start, end in sentences(turn.turn.content):
            worth = 2 * any(start <= at < end for at in troubles) + any(start <= at < end for at in named)
            if worth > best_worth:
                best, best_worth = turn.turn.content[start:end].strip()[:_DETAILS_CHARS], worth
    return best


def _troubles(turn: Heard) -> list[tuple[int, int]]:
    return [(hit.first, hit.last) for hit in lexicon.needs(turn.words) if hit.label == "problem"]


def _timeline(found: Gathering, heard: Sequence[Heard]) -> Timeline | None:
    entries = [entry for entry in (found.day, found.at, found.part) if entry is not None]
    if not entries:
        return None
    by_seq = {turn.turn.seq: turn.turn.content for turn in heard}
    text = " ".join(by_seq[entry.seq][entry.start : entry.end] for entry in entries)
    zone = zone_of(found.context)
    day: DateMention | None = found.day.value if found.day else None
    moment: TimeMention | None = found.at.value if found.at else None
    part: PartMention | None = found.part.value if found.part else None
    if day is None:
        return Timeline(text=text)
    if moment is not None and day.exact:
        return Timeline(text=text, from_=_utc(day.day, moment.at, zone))
    if part is not None and day.exact:
        return Timeline(
            text=text, from_=_utc(day.day, time(part.opens), zone), to=_utc(day.day, time(part.closes), zone)
        )
    return Timeline(text=text, from_=_utc(day.day, time(), zone), to=_utc(day.until, time(), zone))


def _last_wanted(turn: Heard, mentions: Sequence[M]) -> M | None:
    """The last mention in a turn that is neither negated nor mere talk."""
    for mention in reversed(mentions):
        first = next(index for index, end in enumerate(turn.words.ends) if end > mention.start)
        talk = any(hit.label == "small_talk" and hit.first <= first <= hit.last for hit in lexicon.needs(turn.words))
        if not talk and not (turn.speaker == "customer" and turn.words.negated(first)):
            return mention
    return None


def _same_half(moment: TimeMention, known: _Found | None) -> TimeMention:
    """A bare hour keeps the half of the day of the same hour said before."""
    if moment.sure or known is None or not known.value.sure:
        return moment
    if moment.at.minute == known.value.at.minute and moment.at.hour % 12 == known.value.at.hour % 12:
        return moment._replace(at=known.value.at, sure=True)
    return moment


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _valid(found: _Found, region: str) -> bool:
    return contacts.possible_phone(str(found.value), region)[1]


def _text(value: Any) -> str | None:
    return str(value) if value else None
