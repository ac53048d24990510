"""Agreeing on a time to call again, once."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from callout.features.calling.brain import rules, spoken
from callout.features.calling.brain.talk import Talk
from callout.features.conversations.hearing import Heard

CALLBACK = "schedule_callback"
_DEFAULT_HOUR = time(10)
_AHEAD = re.compile(
    r"\bin (?:about |like |maybe )?(?P<count>a couple of|a few|half an|an?|one|two|three|four|five|ten|fifteen|"
    r"twenty|thirty|\d{1,2}) (?P<unit>minute|hour|day|week)s?\b"
)
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20,
    "thirty": 30, "half an": 0.5, "a couple of": 2, "a few": 3,
}  # fmt: skip
_BY_HUMAN = frozenset({"human", "complaint", "unclear", "order_failed", "language", "emergency", "time_over"})
_AFTER = re.compile(r"\bafter (lunch|work|school|dinner)\b")
_AFTERS = {"lunch": time(13, 30), "work": time(18), "school": time(15, 30), "dinner": time(19, 30)}
_LATER = re.compile(r"\b(?:later today|this evening|tonight|later)\b")


def wanted_at(heard: Heard, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None] | None:
    """When a turn asks to be called, aware: a moment, or a span with its end; None when it does not say."""
    if match := _AHEAD.search(heard.folded):
        count = _COUNTS.get(match["count"]) or float(match["count"])
        return now + timedelta(**{f"{match['unit']}s": count}), None
    local = now.astimezone(zone)
    day = heard.dates[-1].day if heard.dates else None
    if not heard.times and (match := _AFTER.search(heard.folded)):
        at = datetime.combine(day or local.date(), _AFTERS[match[1]], tzinfo=zone)
        return (at if at > now or day else at + timedelta(days=1)), None
    if heard.times:
        at = datetime.combine(day or local.date(), heard.times[-1].at, tzinfo=zone)
        if at <= now and day is None:
            at += timedelta(days=1)
        return (at, None) if at > now else None
    if heard.parts:
        part = heard.parts[-1]
        first = datetime.combine(day or local.date(), time(part.opens), tzinfo=zone)
        last = first.replace(hour=min(part.closes, 23))
        if last <= now and day is None:
            first, last = first + timedelta(days=1), last + timedelta(days=1)
        return (max(first, now), last) if last > now else None
    if day is None or day < local.date():
        return None
    if day == local.date():
        return (now + timedelta(hours=2), None)
    return datetime.combine(day, _DEFAULT_HOUR, tzinfo=zone), None


def offer(talk: Talk, heard: Heard | None, reason: str, question: str = "callback_when") -> None:
    """Schedules the call back when the turn says when, otherwise asks."""
    talk.state.wants_callback = True
    talk.state.stage = "closing"
    talk.state.done.setdefault("callback_reason", {"reason": reason})
    if heard is not None and heard.speaker == "customer" and wanted_at(heard, talk.now, talk.zone) is not None:
        schedule(talk, heard)
        return
    talk.state.asked["callback"] = talk.state.asked.get("callback", 0) + 1
    talk.say_line(question, "callback_when")


def answer_when(talk: Talk, heard: Heard) -> bool:
    """Takes the reply to the question for a time; an unclear one is asked about once more."""
    if wanted_at(heard, talk.now, talk.zone) is not None:
        schedule(talk, heard)
        return True
    refuses = rules.says("refusal", heard.words) or heard.intent == "not_interested"
    refuses = refuses or rules.declines(heard.words, talk.language)
    if refuses and not rules.says("flexible", heard.words):
        talk.say_line("close_busy")
        talk.end("agent_hangup", "no_decision")
        return True
    if heard.turn.content.rstrip().endswith("?") and talk.counted("question") < 2:
        return False
    if talk.state.asked.get("callback", 0) >= 2 or rules.says("flexible", heard.words) or _LATER.search(heard.folded):
        schedule(talk, heard)
        return True
    talk.state.asked["callback"] = 2
    talk.say_line("callback_when", "callback_when", turn=1)
    return True


def schedule(talk: Talk, heard: Heard | None) -> None:
    """Has the call back noted; the farewell follows the result."""
    at = wanted_at(heard, talk.now, talk.zone) if heard is not None else None
    reason = talk.state.done.get("callback_reason", {}).get("reason", "asked")
    said = {"at": at[0].isoformat() if at else None, "until": at[1].isoformat() if at and at[1] else None}
    words = spoken.time_words(talk.language, at[0], at[1], talk.now, talk.zone) if at else None
    arguments = {
        **said,
        "words": heard.turn.content if heard is not None and at else None,
        "reason": reason,
        "by_human": reason in _BY_HUMAN,
        "language": talk.state.language,
    }
    talk.state.done["callback_time"] = {**said, "spoken": words}
    if talk.call_tool(CALLBACK, arguments) is None:
        noted(talk, ok=CALLBACK in talk.state.done)
        return
    talk.timer("tool", 2.0)


def note_quietly(talk: Talk, reason: str) -> None:
    """Has a call back noted without asking when; for calls that end here."""
    talk.state.done.setdefault("callback_reason", {"reason": reason})
    talk.state.wants_callback = True
    arguments = {"at": None, "until": None, "words": None, "reason": reason, "by_human": reason in _BY_HUMAN}
    talk.call_tool(CALLBACK, {**arguments, "language": talk.state.language})


def noted(talk: Talk, *, ok: bool) -> None:
    """Says farewell with the time agreed on, or that it could not be noted."""
    words = talk.state.done.get("callback_time", {}).get("spoken")
    human = talk.state.done.get("callback_reason", {}).get("reason") in _BY_HUMAN
    if not ok:
        talk.say_line("callback_failed")
    elif words:
        talk.say_line("callback_human" if human else "callback_set", when=_naturally(talk, str(words)))
    else:
        talk.say_line("callback_human_open" if human else "callback_open")
    complained = any(fact.kind == "complaint" for fact in talk.state.facts)
    agreed = talk.state.order in ("created", "noted")
    talk.end("agent_hangup", "converted" if agreed else "complaint" if complained else "callback")


def _naturally(talk: Talk, words: str) -> str:
    if talk.language != "en" or words.startswith(("today", "tomorrow")):
        return words
    return f"on {words}"
