"""What is heard in each turn, once: words, mentions, replies. The ground for slots and bookings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from callout.features.conversations import addresses, contacts, intent, names, sentiment, timeline
from callout.features.conversations.model import CallContext, Intent, OptOut, Turn
from callout.features.conversations.services import Catalogue, ServiceMention
from callout.features.conversations.text import Words


class Heard:
    """One turn with everything found in it. Character offsets are those of the turn's content."""

    __slots__ = (
        "addresses", "after_closing", "answered", "closing", "dates", "emails", "folded", "intent", "opt_out",
        "parts", "person", "phones", "proper", "question_about_booking", "reply", "sentiment", "services", "speaker",
        "sums", "times", "turn", "words",
    )  # fmt: skip

    def __init__(self, turn: Turn) -> None:
        """Start from the bare turn; `listen` fills the rest."""
        self.turn = turn
        self.speaker = turn.speaker
        self.words = Words(turn.content)
        self.folded = timeline.folded(turn.content)
        self.reply: intent.Reply = "none"
        self.intent: Intent = "neutral"
        self.sentiment = 0.0
        self.closing = False
        self.after_closing = False
        self.question_about_booking = False
        self.answered: Heard | None = None
        self.opt_out: OptOut | None = None
        self.person: names.NameMention | None = None
        self.proper: list[names.ProperName] = []
        self.phones: list[contacts.PhoneMention] = []
        self.emails: list[contacts.EmailMention] = []
        self.sums: list[contacts.SumMention] = []
        self.dates: list[timeline.DateMention] = []
        self.times: list[timeline.TimeMention] = []
        self.parts: list[timeline.PartMention] = []
        self.addresses: list[addresses.AddressMention] = []
        self.services: list[ServiceMention] = []


def listen(turns: Sequence[Turn], context: CallContext) -> list[Heard]:
    """Hear every final turn in order."""
    return listen_on((), turns, context)


def listen_on(known: Sequence[Heard], turns: Sequence[Turn], context: CallContext) -> list[Heard]:
    """As `listen`, taking over what was heard of the same first turns before.

    Args:
        known: what an earlier call with the same context returned; it stays as it is.
        turns: all turns so far.
        context: the same as before.
    """
    catalogue = Catalogue.of(context.services)
    final = [turn for turn in turns if turn.is_final]
    lower_case, one_sided = _manner(final)
    kept = _same_beginning(known, final)
    if kept and _manner([turn.turn for turn in known]) != (lower_case, one_sided):
        kept = 0
    heard = [*known[:kept], *(Heard(turn) for turn in final[kept:])]
    today = call_day(turns, context)
    excluded = _never_the_customer(context)
    before = next((turn for turn in reversed(heard[:kept]) if turn.speaker != "system"), None)
    for turn in heard[kept:]:
        _mentions(turn, before, context, today, catalogue, lower_case=lower_case and turn.speaker == "customer")
        if turn.speaker == "customer":
            _customer(turn, before, lower_case=lower_case, one_sided=one_sided, excluded=excluded)
        elif turn.speaker == "agent":
            turn.closing = intent.is_closing_question(turn.words)
            turn.question_about_booking = turn.folded.rstrip().endswith("?")
            turn.person = names.guessed_by_agent(turn.turn.content, excluded)
        before = turn if turn.speaker != "system" else before
    return heard


def _manner(turns: Sequence[Turn]) -> tuple[bool, bool]:
    """Whether the customer's words have no capitals, and whether one side speaks alone; names are heard by both."""
    spoken = [turn.content for turn in turns if turn.speaker == "customer"]
    return names.is_lower_case(spoken), not any(turn.speaker == "agent" for turn in turns)


def _same_beginning(known: Sequence[Heard], turns: Sequence[Turn]) -> int:
    """How many turns at the start are those heard before."""
    count = 0
    for one, turn in zip(known, turns, strict=False):
        if one.turn is not turn and one.turn != turn:
            break
        count += 1
    return count


def call_day(turns: Sequence[Turn], context: CallContext) -> date | None:
    """The day of the call in the callee's zone; None when no time is known at all."""
    start = context.started_at or next((turn.at for turn in turns if turn.at), None)
    return start.astimezone(zone_of(context)).date() if start else None


def zone_of(context: CallContext) -> ZoneInfo:
    """The callee's time zone, UTC when it is unknown."""
    try:
        return ZoneInfo(context.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _customer(
    turn: Heard, before: Heard | None, *, lower_case: bool, one_sided: bool, excluded: Collection[str]
) -> None:
    words = turn.words
    agent = before if before is not None and before.speaker == "agent" else None
    turn.answered = agent
    turn.after_closing = agent is not None and agent.closing
    turn.reply = intent.reply(words)
    turn.sentiment = sentiment.score_turn(words)
    turn.opt_out = intent.opt_out(turn.turn.seq, words)
    turn.intent = intent.turn_intent(words, turn.after_closing)
    if turn.opt_out:
        turn.intent = "not_interested"
    elif intent.asks_for_another_hour(words):
        turn.intent = "callback"
    turn.person = names.person(
        words,
        lower_case=lower_case,
        asked=agent is not None and names.asks_for_name(agent.folded),
        alone=one_sided,
        excluded=excluded,
    )


def _mentions(
    turn: Heard,
    before: Heard | None,
    context: CallContext,
    today: date | None,
    catalogue: Catalogue,
    *,
    lower_case: bool,
) -> None:
    asked_when = before is not None and before.speaker != turn.speaker and timeline.asks_when(before.folded)
    asked_where = before is not None and before.speaker != turn.speaker and addresses.asks_for_address(before.words)
    words, folded = turn.words, turn.folded
    turn.phones = contacts.phones(words, context.region)
    turn.emails = contacts.emails(turn.turn.content)
    turn.sums = contacts.sums(words, context.currency)
    turn.addresses = [
        mention
        for mention in addresses.find(words, lower_case=lower_case, asked=asked_where)
        if not _crosses(mention.start, mention.end, turn.phones)
    ]
    streets = [mention for mention in turn.addresses if mention.street]
    if today is not None:
        found = timeline.dates(folded, today, context.region)
        turn.dates = [mention for mention in found if not _crosses(mention.start, mention.end, streets)]
    turn.times = [
        mention
        for mention in timeline.times(folded, asked_when)
        if not _crosses(mention.start, mention.end, streets) and not _crosses(mention.start, mention.end, turn.phones)
    ]
    turn.parts = timeline.parts_of_day(folded)
    turn.services = catalogue.find(words)
    if any(char.isupper() for char in turn.turn.content):
        turn.proper = names.proper_names(words, _sentence_starts(words))


def _crosses(start: int, end: int, mentions: Sequence[object]) -> bool:
    return any(start < mention.end and mention.start < end for mention in mentions)  # type: ignore[attr-defined]


def _sentence_starts(words: Words) -> set[int]:
    starts = {0} if len(words) else set()
    for index in range(1, len(words)):
        gap = words.text[words.ends[index - 1] : words.starts[index]]
        if any(mark in gap for mark in ".!?:…\n"):
            starts.add(index)
    return starts


def _never_the_customer(context: CallContext) -> frozenset[str]:
    own = [context.tenant_name, context.agent_name, *context.own_names]
    return frozenset(" ".join(Words(name).tokens) for name in own if name)
