"""What tools brought, told to the customer as it is."""

from __future__ import annotations

from datetime import datetime

from callout.features.calling.brain import (
    answers,
    booking,
    callback,
    hard_rules,
    interventions,
    moves,
    spoken,
    thinking,
)
from callout.features.calling.brain.brief import Passage
from callout.features.calling.brain.inputs import ToolResult
from callout.features.calling.brain.talk import Talk


def take(talk: Talk, event: ToolResult) -> None:
    """Takes the result of a tool that was waited for; others are ignored."""
    state = talk.state
    name = state.tools.pop(event.tool_id, None)
    if name is None:
        return
    if not state.tools:
        talk.timer("tool", None)
        state.counts.pop("tool_slow", None)
    if not event.ok:
        talk.flag("tool_failed", tool=name, error=(event.error or "")[:200])
    if state.is_ended:
        _too_late(talk, name, event)
    elif not thinking.told(talk, event.tool_id, name, ok=event.ok, value=event.value):
        _TAKES[name](talk, event)


def give_up(talk: Talk) -> None:
    """Goes on without the tools that did not answer."""
    for tool_id, name in list(talk.state.tools.items()):
        if name != hard_rules.TRANSFER:
            take(talk, ToolResult(tool_id=tool_id, ok=False, error="no answer in time"))


def _too_late(talk: Talk, name: str, event: ToolResult) -> None:
    """The call is over: only the books are kept right."""
    if name == booking.ORDER and event.ok:
        talk.state.order = "created" if event.value.get("created") else "noted"
        talk.state.disposition = "converted"
    elif name == answers.QUOTE:
        talk.state.done[answers.QUOTE] = {"ok": event.ok}


def _order(talk: Talk, event: ToolResult) -> None:
    number = event.value.get("order_number")
    created = bool(event.value.get("created"))
    booking.settled(talk, ok=event.ok, created=created, number=str(number) if number else None)
    if not event.ok:
        talk.state.done.setdefault("callback_reason", {"reason": "order_failed"})
        callback.schedule(talk, None)


def _availability(talk: Talk, event: ToolResult) -> None:
    if not event.ok or event.value.get("available", True):
        moves.gather(talk, None)
        return
    others = event.value.get("alternatives") or []
    if not others:
        talk.state.done.pop("availability", None)
        talk.say_line("no_time_free", "slot:time")
        return
    at = datetime.fromisoformat(str(others[0]))
    talk.state.done["availability"] = {"starts": at.isoformat()}
    words = spoken.time_words(talk.language, at, None, talk.now, talk.zone)
    talk.say_line("alternative", "alternative", value=words)


def _knowledge(talk: Talk, event: ToolResult) -> None:
    heard = thinking.last_heard(talk)
    found = event.value.get("passages") or []
    passages = [Passage(text=str(one.get("text", ""))) for one in found if isinstance(one, dict)]
    answers.from_knowledge(talk, heard.turn.content if heard else "", passages)
    moves.again(talk)


def _quote(talk: Talk, event: ToolResult) -> None:
    answers.quote_sent(talk, ok=event.ok, sent=bool(event.value.get("sent")))


def _callback(talk: Talk, event: ToolResult) -> None:
    callback.noted(talk, ok=event.ok)


def _transfer(talk: Talk, event: ToolResult) -> None:
    if event.ok:
        interventions.transferred(talk)
        return
    talk.state.is_silent = False
    talk.counted("transfer_failed")
    talk.say_line("transfer_failed")
    heard = thinking.last_heard(talk)
    if heard is not None:
        callback.offer(talk, heard, "human")


_TAKES = {
    booking.ORDER: _order,
    "check_availability": _availability,
    answers.SEARCH: _knowledge,
    answers.QUOTE: _quote,
    callback.CALLBACK: _callback,
    hard_rules.TRANSFER: _transfer,
}
