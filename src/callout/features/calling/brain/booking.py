"""From details to an order: what is missing, the question for it, the read-back, the one commitment."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import msgspec

from callout.features.calling.brain import rules, spoken
from callout.features.calling.brain.phrases import listed
from callout.features.calling.brain.state import Draft
from callout.features.calling.brain.talk import Talk
from callout.features.conversations import slots as gathering
from callout.features.conversations.hearing import Heard
from callout.features.conversations.model import Place, ServiceTerm, Slots
from callout.features.conversations.services import Catalogue
from callout.features.conversations.text import Words

ORDER = "create_order"
_REQUIRED = ("service", "address", "city", "name", "phone")
_WHEN_URGENT = ("address", "city", "name", "phone", "service")
_MOST_ASKS = 2
_LONGEST_DESCRIPTION = 300
_MOST_READ_BACKS = 4
_MOST_REPEATS = 6
_HORIZON = timedelta(days=120)


def draft_of(talk: Talk) -> Draft:
    """What is known so far: said by the customer, agreed to, or on file."""
    found, quotes = gathering.gather(talk.heard(), talk.brief.context)
    seqs = {quote.field: quote.seq for quote in quotes}
    contents = {turn.seq: turn for turn in talk.state.turns}
    when, starts, ends = None, None, None
    if found.timeline is not None:
        when, starts, ends = found.timeline.text, found.timeline.from_, found.timeline.to
    service = found.service_type
    asked_at = contents.get(seqs.get("service_type", 0))
    if asked_at is not None and asked_at.speaker == "agent" and _names_several(talk, asked_at.content):
        service = None
    service = service or next((code for turn in reversed(talk.heard()) if (code := service_in(talk, turn))), None)
    if service is None and len(talk.brief.context.services) == 1:
        service = talk.brief.context.services[0].code
    phone = found.contact_phone
    called = talk.brief.context.called_number
    return Draft(
        customer_name=found.customer_name,
        customer_phone=phone,
        customer_address=_address(found),
        has_city=_has_city(found),
        service_type=service,
        description=found.service_details or _in_their_words(talk),
        when=when,
        starts=starts,
        ends=ends,
        is_called_number=phone is None or phone == called,
        is_emergency=talk.state.is_emergency,
    )


def missing(talk: Talk, draft: Draft) -> list[str]:
    """The details still to ask for, in the order of asking."""
    known = {
        "service": draft.service_type is not None or not talk.brief.context.services or _help_comes_first(talk),
        "address": bool(draft.customer_address) and (_has_street(draft) or talk.state.asked.get("address", 0) >= 1),
        "city": draft.has_city or not draft.customer_address or talk.state.asked.get("city", 0) >= 1,
        "name": bool(draft.customer_name),
        "phone": bool(draft.customer_phone),
    }
    wanted = _WHEN_URGENT if draft.is_emergency else _REQUIRED
    return [name for name in wanted if not known[name]]


def proceed(talk: Talk) -> bool:
    """Asks for the next detail or reads everything back.

    Returns:
        False when a required detail stays unknown after asking twice: somebody else has to go on.
    """
    talk.state.stage = "gather"
    draft = draft_of(talk)
    for name in missing(talk, draft):
        if talk.state.asked.get(name, 0) >= _MOST_ASKS:
            return False
        _ask(talk, name)
        return True
    if not _time_settled(talk, draft):
        return True
    return read_back(talk, draft)


def read_back(talk: Talk, draft: Draft) -> bool:
    """Reads the details back and asks whether they are right."""
    if talk.counted("read_back") >= _MOST_READ_BACKS:
        return False
    talk.state.stage = "confirm"
    talk.state.draft = draft
    service = _label(talk, draft.service_type)
    parts = [
        talk.phrase("read_back_service", service=service) if service else "",
        talk.phrase("read_back_name", value=draft.customer_name),
        talk.phrase("read_back_address", value=draft.customer_address),
        _when(talk, draft),
        talk.phrase("read_back_called")
        if draft.is_called_number
        else talk.phrase("read_back_phone", value=spoken.phone(draft.customer_phone or "", talk.brief.context.region)),
    ]
    talk.say_line("read_back", "confirm", what=", ".join(part for part in parts if part))
    return True


def answer_read_back(talk: Talk, heard: Heard) -> bool:
    """Takes the reply to the read-back: commits on a plain yes, reads a correction back again."""
    fresh = draft_of(talk)
    agreed = rules.agrees(heard.words, talk.language)
    corrected = _differs(talk.state.draft, fresh, heard)
    if agreed and not corrected and not heard.turn.content.rstrip().endswith("?"):
        commit(talk)
        return True
    if corrected:
        return proceed(talk)
    if rules.says("withdraw", heard.words) or heard.intent == "not_interested":
        return False
    if rules.declines(heard.words, talk.language):
        if talk.counted("correction") >= _MOST_ASKS:
            return False
        talk.say_line("correction", "correction")
        return True
    return False


def commit(talk: Talk) -> None:
    """Has the order made, once, with exactly what was read back and agreed to."""
    draft = talk.state.draft
    if draft is None or talk.state.order != "none":
        return
    mode = talk.brief.live_orders
    live = mode == "always" or (mode == "emergency_only" and draft.is_emergency)
    arguments = {**msgspec.to_builtins(draft), "is_live": live, "risk": talk.state.risk}
    talk.state.order_tool = talk.call_tool(ORDER, arguments)
    if talk.state.order_tool is None:
        talk.state.order = "failed"
        talk.say_line("book_failed")
        return
    talk.state.order = "asked"
    talk.timer("tool", 2.0)


def settled(talk: Talk, *, ok: bool, created: bool, number: str | None) -> None:
    """Tells the customer what came of the order; says "booked" only when it is."""
    draft = talk.state.draft or Draft()
    name = draft.customer_name or talk.phrase("your_name")
    if not ok:
        talk.state.order = "failed"
        talk.state.wants_callback = True
        talk.say_line("book_failed")
        return
    talk.state.order = "created" if created else "noted"
    shown = talk.phrase("order_number", value=number) if number else ""
    key = ("booked_emergency" if draft.is_emergency else "booked") if created else "noted"
    talk.say_line(key, name=name, number=f" {shown}" if shown else "")
    talk.state.stage = "agreed"
    talk.say_line("anything_else", "anything_else")


def ask_again(talk: Talk) -> bool:
    """Asks the last question once more without counting it; False when none is open or it was repeated too often."""
    name = talk.state.expecting.removeprefix("slot:")
    if name == talk.state.expecting or talk.counted("repeat") >= _MOST_REPEATS:
        return False
    talk.say_line(f"ask_{name}", f"slot:{name}", turn=1, services=_offered(talk))
    return True


def _offered(talk: Talk) -> str:
    labels = [one.label.lower() for one in talk.brief.context.services if one.code != "other"]
    return listed(talk.language, labels[:6])


def _ask(talk: Talk, name: str) -> None:
    before = talk.state.asked.get(name, 0)
    talk.state.asked[name] = before + 1
    if not talk.has_said and not talk.state.is_emergency:
        talk.say_line("gather", turn=sum(talk.state.asked.values()) % 3)
    talk.say_line(f"ask_{name}", f"slot:{name}", turn=before, services=_offered(talk))


def _time_settled(talk: Talk, draft: Draft) -> bool:
    """Whether the time is known, left open or not to be had; otherwise it is asked for."""
    if draft.is_emergency or _is_flexible(talk):
        return True
    asked = talk.state.asked.get("time", 0)
    if draft.starts is not None:
        ends = draft.ends or draft.starts
        if ends > talk.now and draft.starts < talk.now + _HORIZON:
            return _is_free(talk, draft)
        if asked >= _MOST_ASKS:
            return True
        talk.say_line("in_the_past")
    elif asked >= _MOST_ASKS:
        return True
    talk.state.asked["time"] = asked + 1
    if draft.when and draft.starts is None:
        talk.say_line("ask_day", "slot:time")
        return False
    if not talk.has_said:
        talk.say_line("gather", turn=1)
    talk.say_line("ask_time", "slot:time", turn=asked)
    return False


def _is_free(talk: Talk, draft: Draft) -> bool:
    """Whether the host was asked about this time already; asks it otherwise."""
    if "check_availability" not in talk.brief.tools or draft.starts is None:
        return True
    wanted = draft.starts.isoformat()
    if talk.state.done.get("availability", {}).get("starts") == wanted:
        return True
    if talk.counted("availability") >= 3:
        return True
    talk.state.done["availability"] = {"starts": wanted}
    arguments = {
        "service_type": draft.service_type,
        "starts": wanted,
        "ends": draft.ends.isoformat() if draft.ends else None,
        "customer_address": draft.customer_address,
    }
    return talk.call_tool("check_availability", arguments, once=False) is None


def _is_flexible(talk: Talk) -> bool:
    """Whether the customer left the time open when asked for it, and named none since."""
    for heard in reversed(talk.heard()):
        if heard.speaker != "customer":
            continue
        if heard.dates or heard.times:
            return False
        if rules.says("flexible", heard.words) and heard.answered is not None:
            return talk.state.asked.get("time", 0) > 0 or rules.says("asap", heard.words)
    return False


def _when(talk: Talk, draft: Draft) -> str:
    if draft.starts is not None and not draft.is_emergency:
        words = spoken.time_words(talk.language, draft.starts, draft.ends, talk.now, talk.zone)
        near = words.startswith((talk.phrase("today"), talk.phrase("tomorrow")))
        return words if near else talk.phrase("read_back_time", value=words)
    asap = any(rules.says("asap", turn.words) for turn in talk.heard() if turn.speaker == "customer")
    return talk.phrase("read_back_asap") if draft.is_emergency or asap else ""


def _differs(read: Draft | None, fresh: Draft, heard: Heard) -> bool:
    """Whether the reply to a read-back says something else than what was read."""
    if read is None:
        return True
    said = (
        (heard.person is not None and fresh.customer_name != read.customer_name)
        or (bool(heard.addresses) and fresh.customer_address != read.customer_address)
        or (bool(heard.phones) and fresh.customer_phone != read.customer_phone)
        or (bool(heard.dates or heard.times or heard.parts) and fresh.starts != read.starts)
    )
    services = any(one.code != read.service_type and not one.negated for one in heard.services)
    return said or (services and fresh.service_type != read.service_type)


def _names_several(talk: Talk, text: str) -> bool:
    found = Catalogue.of(talk.brief.context.services).find(Words(text))
    return len({one.code for one in found}) > 1


def _label(talk: Talk, code: str | None) -> str:
    return next((one.label.lower() for one in talk.brief.context.services if one.code == code), code or "")


def _address(found: Slots) -> str | None:
    place: Place | None = found.location
    if place is None:
        return None
    parts = [place.address or "", place.city or "", " ".join(filter(None, (place.state, place.zip)))]
    kept: list[str] = []
    for part in parts:
        if part and part.casefold() not in " ".join(kept).casefold():
            kept.append(part)
    return ", ".join(kept) or None


def service_in(talk: Talk, heard: Heard) -> str | None:
    """The service a customer's turn names in another form of the catalogue's word: "cleaned" for "clean"."""
    if heard.speaker != "customer":
        return None
    stems = _stems(talk.brief.context.services)
    found = (
        stems[one] for index, one in enumerate(heard.words.stems) if one in stems and not heard.words.negated(index)
    )
    return next(found, None)


@lru_cache(maxsize=64)
def _stems(services: tuple[ServiceTerm, ...]) -> dict[str, str]:
    """The stems of the catalogue's single words, those that mean one service only."""
    found: dict[str, set[str]] = {}
    for one in services:
        for term in (one.label, one.code, *one.synonyms):
            if len(words := Words(term)) == 1:
                found.setdefault(words.stems[0], set()).add(one.code)
    return {word: codes.pop() for word, codes in found.items() if len(codes) == 1}


def _help_comes_first(talk: Talk) -> bool:
    """In an emergency the kind of work is asked for once; somebody is sent even when nobody could name it."""
    return talk.state.is_emergency and talk.state.asked.get("service", 0) >= 1


def _in_their_words(talk: Talk) -> str | None:
    """The customer's turn that names the emergency, or the work in another form of the catalogue's word."""
    urgent = {fact.seq for fact in talk.state.facts if fact.kind == "emergency"}
    turns = [turn for turn in talk.heard() if turn.turn.seq in urgent or service_in(talk, turn) is not None]
    return turns[0].turn.content[:_LONGEST_DESCRIPTION] if turns else None


def _has_city(found: Slots) -> bool:
    place = found.location
    if place is None:
        return False
    return bool(place.city) or found.sources.get("location") == "contact" or "," in (place.address or "")


def _has_street(draft: Draft) -> bool:
    return any(char.isdigit() for char in draft.customer_address or "")
