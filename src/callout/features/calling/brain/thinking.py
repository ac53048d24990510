"""Replies by a language model: asked once the hard rules let a turn pass, spoken sentence by sentence when true."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from callout.features.calling.brain import answers, booking, callback, claims, moves, tools
from callout.features.calling.brain.actions import Message, Think
from callout.features.calling.brain.hard_rules import to_a_person
from callout.features.calling.brain.inputs import Thought, ToolCall
from callout.features.calling.brain.prompt import context_for
from callout.features.calling.brain.state import Draft, Thinking
from callout.features.calling.brain.talk import Talk
from callout.features.conversations.hearing import Heard

_MOST_ROUNDS = 3
_MOST_SENTENCES = 4


def think(talk: Talk) -> None:
    """Asks the language model for the reply to the last turn."""
    talk.stop_thinking()
    talk.state.thinking = Thinking(id=talk.new_id("think"))
    _ask(talk)


def take(talk: Talk, thought: Thought) -> None:
    """Takes a part of the reply; parts of a reply given up are ignored."""
    thinking = talk.state.thinking
    if thinking is None or thinking.id != thought.think_id or thinking.waits_for is not None:
        return
    if thought.error is not None:
        failed(talk)
        return
    talk.timer("thinking", talk.brief.think_timeout_s)
    if thought.text:
        talk.state.thinking = msgspec.structs.replace(thinking, heard=thinking.heard + thought.text)
        _speak(talk, is_all=False)
    if thought.tool is not None and not talk.is_ending:
        _speak(talk, is_all=True)
        _use(talk, thought.tool)
        return
    if thought.done:
        _speak(talk, is_all=True)
        _finish(talk)


def failed(talk: Talk) -> None:
    """The script speaks where the language model does not."""
    spoke = talk.state.thinking is not None and talk.state.thinking.spoken > 0
    talk.stop_thinking()
    talk.state.thinking_failures += 1
    talk.flag("provider", part="thought")
    heard = last_heard(talk)
    if not spoke and heard is not None:
        moves.scripted(talk, heard)


def told(talk: Talk, tool_id: str, name: str, *, ok: bool, value: object) -> bool:
    """Hands the result of a look-up to the model that asked for it; False when none did."""
    thinking = talk.state.thinking
    if thinking is None or thinking.waits_for != tool_id:
        return False
    content = json.dumps(value if ok else {"error": "not available"}, default=str)[:4000]
    waiting = thinking.exchange[-1].calls[0]["id"] if thinking.exchange and thinking.exchange[-1].calls else name
    _again(talk, Message(role="tool", content=content, tool_call_id=str(waiting)))
    return True


def last_heard(talk: Talk) -> Heard | None:
    """The customer's last turn."""
    return next((one for one in reversed(talk.heard()) if one.speaker == "customer"), None)


def _ask(talk: Talk) -> None:
    thinking = talk.state.thinking
    if thinking is not None:
        talk.do(Think(id=thinking.id, messages=context_for(talk), tools=tools.specs(talk.brief)))
        talk.timer("thinking", talk.brief.think_timeout_s)


def _again(talk: Talk, *messages: Message) -> None:
    """Asks again with what a tool brought, a few times; then the script goes on."""
    thinking = talk.state.thinking
    if thinking is None:
        return
    if thinking.rounds >= _MOST_ROUNDS:
        failed(talk)
        return
    talk.state.thinking = Thinking(
        id=talk.new_id("think"),
        spoken=thinking.spoken,
        rounds=thinking.rounds + 1,
        exchange=(*thinking.exchange, *messages),
    )
    _ask(talk)


def _speak(talk: Talk, *, is_all: bool) -> None:
    """Speaks the finished sentences of the reply, without those that are not true."""
    thinking = talk.state.thinking
    if thinking is None:
        return
    text, count = thinking.heard, thinking.spoken
    while text:
        end = claims.sentence_end(text)
        if end is None:
            if not is_all:
                break
            end = len(text)
        sentence, text = claims.spoken_form(text[:end]), text[end:]
        if not sentence or count >= _MOST_SENTENCES:
            continue
        reason = claims.objection(talk.brief, talk.state, sentence)
        if reason is not None:
            talk.flag("claim_blocked", quote=sentence[:200], reason=reason)
            if reason == "claims_to_be_human":
                talk.utter(talk.phrase("identity"), group=thinking.id)
                count += 1
            continue
        talk.utter(sentence, group=thinking.id)
        count += 1
    talk.state.thinking = msgspec.structs.replace(thinking, heard=text, spoken=count)


def _finish(talk: Talk) -> None:
    thinking = talk.state.thinking
    talk.timer("thinking", None)
    talk.state.thinking = None
    talk.state.thinking_failures = 0
    heard = last_heard(talk)
    if thinking is not None and thinking.spoken == 0 and heard is not None:
        moves.scripted(talk, heard)


def _use(talk: Talk, call: ToolCall) -> None:
    """Acts on a tool call of the model as far as the rules allow."""
    heard = last_heard(talk)
    if heard is None or call.name not in talk.brief.tools:
        _refuse(talk, call, "there is no such tool")
        return
    match call.name:
        case "create_order":
            _propose(talk, call)
        case "send_quote":
            _done(talk)
            answers.send_quote(talk)
        case "schedule_callback":
            _done(talk)
            callback.offer(talk, heard, "asked")
        case "transfer":
            _done(talk)
            to_a_person(talk, "asked")
        case "end_call":
            _farewell(talk, heard)
        case "search_knowledge":
            _look_up(talk, call, {"query": str(call.arguments.get("query") or heard.turn.content)[:500]})
        case _:
            draft = booking.draft_of(talk)
            if draft.starts is None:
                _refuse(talk, call, "the customer has not named a day and a time yet")
                return
            ends = draft.ends.isoformat() if draft.ends else None
            wanted = {"service_type": draft.service_type, "starts": draft.starts.isoformat(), "ends": ends}
            _look_up(talk, call, wanted)


def _propose(talk: Talk, call: ToolCall) -> None:
    """Reads the order back when all of it was said; otherwise tells the model what is missing."""
    if talk.state.order != "none":
        _refuse(talk, call, f"the order is {talk.state.order} already")
        return
    draft, refused = checked(talk, call)
    lacking = booking.missing(talk, draft)
    if refused or lacking:
        _refuse(talk, call, f"never said by the customer: {refused or 'nothing'}; still to ask: {lacking or 'nothing'}")
        return
    _done(talk)
    if not booking.read_back(talk, draft):
        callback.offer(talk, last_heard(talk), "unclear", "person_callback")


def checked(talk: Talk, call: ToolCall) -> tuple[Draft, list[str]]:
    """The order as the model proposes it, with the values that nobody said taken out, and their names."""
    draft = booking.draft_of(talk)
    on_file = _on_file(talk)
    refused = []
    changes: dict[str, str] = {}
    for name in ("customer_name", "customer_address"):
        value = call.arguments.get(name)
        if not isinstance(value, str) or not value.strip() or value == getattr(draft, name):
            continue
        if claims.was_said(value, talk.state, on_file):
            changes[name] = " ".join(value.split())[:200]
        else:
            refused.append(name)
    service = call.arguments.get("service_type")
    codes = {one.code for one in talk.brief.context.services}
    if isinstance(service, str) and service != draft.service_type and draft.service_type is None:
        if service in codes:
            changes["service_type"] = service
        else:
            refused.append("service_type")
    return msgspec.structs.replace(draft, **changes), refused


def _on_file(talk: Talk) -> list[str]:
    """What the business knows of the customer, as far as it may stand in an order."""
    contact = talk.brief.context.contact
    if contact is None:
        return []
    place = contact.place
    known = [contact.name, *((place.address, place.city, place.state, place.zip) if place else ())]
    return [text for text in known if text]


def _look_up(talk: Talk, call: ToolCall, arguments: dict[str, Any]) -> None:
    thinking = talk.state.thinking
    if thinking is None or thinking.rounds >= _MOST_ROUNDS:
        failed(talk)
        return
    tool_id = talk.call_tool(call.name, arguments, once=False)
    asked = Message(role="assistant", calls=(msgspec.to_builtins(call),))
    talk.state.thinking = msgspec.structs.replace(thinking, exchange=(*thinking.exchange, asked), waits_for=tool_id)
    talk.timer("thinking", None)
    talk.timer("tool", 2.0)


def _refuse(talk: Talk, call: ToolCall, reason: str) -> None:
    _again(
        talk,
        Message(role="assistant", calls=(msgspec.to_builtins(call),)),
        Message(role="tool", content=json.dumps({"error": reason}), tool_call_id=call.id),
    )


def _farewell(talk: Talk, heard: Heard) -> None:
    spoke = talk.state.thinking is not None and talk.state.thinking.spoken > 0
    _done(talk)
    if heard.intent == "not_interested" and talk.state.order == "none":
        if spoke:
            talk.end("agent_hangup", "not_interested")
        else:
            moves.close(talk)
        return
    if spoke:
        ordered = talk.state.order in ("created", "noted")
        talk.end("agent_hangup", "converted" if ordered else "no_decision")
    else:
        moves.farewell(talk)


def _done(talk: Talk) -> None:
    talk.timer("thinking", None)
    talk.state.thinking = None
