"""What a simulated language model says: made of the request alone, so the same request gets the same reply.

It holds a booking talk the way it is told to: asks for what the system prompt calls unknown, answers questions by the
tools it has, proposes the order when nothing is missing, and lets go of those who are not interested.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from callout.sandbox.model_customer import line_of, plays_customer
from callout.sandbox.model_schema import filled
from callout.sandbox.model_talk import Ask, Call, Reply, Turn

_QUESTIONS = {
    "service": "What kind of work do you need?",
    "address": "What is the address for the work?",
    "city": "Which city is that in?",
    "name": "May I have your name, please?",
    "phone": "Which number can we reach you at?",
    "time": "Which day and time would suit you?",
    "when": "Which day and time would suit you?",
}
_ASKS = 3
_LEAVES = re.compile(
    r"\b(not interested|no,? thank|no thanks|don't need|do not need|already have|not for (me|us)|think about it|"
    r"that's all|that is all|comparing prices|no,? (i'm|i am) (good|fine)|bye)\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(call (me |us )?(back|later|again|tomorrow|next)|(bad|not a good) time|busy right now)\b", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(real person|a human|speak to (a|some)|talk to (a|some)|your (boss|manager)|representative)\b", re.IGNORECASE
)
_QUOTE = re.compile(r"\b(send|email|text|mail)\b.*\b(quote|estimate|offer|price)\b", re.IGNORECASE)
_PRICE = re.compile(r"\b(price|cost|costs|charge|how much|expensive)\b", re.IGNORECASE)
_FREE = re.compile(r"\b(are you (free|available)|have (time|anyone|somebody)|availab\w+)\b", re.IGNORECASE)
_AGREES = re.compile(
    r"\b(yes|yeah|yep|sure|okay|ok|please|great|sounds good|need|want|looking for|could you|can you)\b", re.IGNORECASE
)
_NAME = re.compile(r"\b(?:my name is|this is|i am|i'm|it's) ((?:[A-Z][\w'-]+ ?){1,3})")
_STREET = re.compile(
    r"\b\d{1,5} [A-Z][\w'. -]*?\b(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Court|Way|Boulevard|Blvd)\b[^.?!]*"
)
_WHEN = re.compile(
    r"\b(today|tonight|tomorrow|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b[^.?!]*", re.IGNORECASE
)


def reply_to(ask: Ask) -> Reply:
    """The reply to a request."""
    if ask.schema is not None:
        return Reply(text=json.dumps(filled(ask.schema, ask)))
    if ask.must_call is not None and ask.tools:
        tool = next((one for one in ask.tools if one.name == ask.must_call), ask.tools[0])
        return Reply(calls=(Call(name=tool.name, arguments=filled(tool.parameters, ask)),))
    if plays_customer(ask.system):
        return Reply(text=line_of(ask))
    last = ask.turns[-1] if ask.turns else Turn(role="user")
    if last.role == "tool":
        return _after(last)
    return _to_customer(ask, last.text)


def _to_customer(ask: Ask, said: str) -> Reply:
    tools = {tool.name for tool in ask.tools}

    def use(name: str, text: str = "", **arguments: Any) -> Reply | None:
        return Reply(text=text, calls=(Call(name=name, arguments=arguments),)) if name in tools else None

    found: Reply | None = None
    if _PRICE.search(said) and (price := _price(ask.system, said)):
        return Reply(text=f"{price} Would you like us to send somebody?")
    if _LEAVES.search(said):
        found = use("end_call", "Thank you for your time. Have a good day.")
    elif _PERSON.search(said):
        found = use("transfer")
    elif _LATER.search(said):
        when = _WHEN.search(said)
        found = use("schedule_callback", **({"when": when.group().strip()} if when else {}))
    elif _QUOTE.search(said):
        found = use("send_quote")
    elif _FREE.search(said) and (when := _WHEN.search(said)):
        found = use("check_availability", when=when.group().strip())
    elif said.rstrip().endswith("?") and not _AGREES.search(said):
        found = use("search_knowledge", query=said.strip())
    return found or _towards_order(ask, tools)


def _price(system: str, said: str) -> str | None:
    """What the prompt says a service costs that is named with it."""
    listed = re.search(r"^Services: (.*)$", system, re.MULTILINE)
    for code, label, price in re.findall(r"(\w+) \((.*?) from (.*?)\)", listed.group(1) if listed else ""):
        words = {word[:5] for word in re.findall(r"[a-z]{4,}", f"{code} {label}".lower().replace("_", " "))}
        if words & {word[:5] for word in re.findall(r"[a-z]{4,}", said.lower())}:
            return f"{label} starts from {price}."
    return None


def _towards_order(ask: Ask, tools: set[str]) -> Reply:
    known, unknown = _standing(ask)
    if unknown:
        if not known and not _AGREES.search(ask.heard) and len(ask.turns) <= 2:
            return Reply(text="Is there any work at your place we could help you with?")
        question = _QUESTIONS.get(unknown[0], f"What is the {unknown[0]}?")
        asked = sum(turn.text.count(question) for turn in ask.turns if turn.role == "assistant")
        if asked >= _ASKS and "end_call" in tools:
            return Reply(text="Thank you for your time. Have a good day.", calls=(Call(name="end_call"),))
        return Reply(text=f"Gladly. {question}")
    if "create_order" in tools:
        arguments = {
            "customer_name": known.get("name", ""),
            "customer_address": known.get("address", ""),
            "service_type": known.get("service", ""),
            **({"when": known["time"]} if known.get("time") else {}),
        }
        return Reply(calls=(Call(name="create_order", arguments=arguments),))
    return Reply(text="Thank you, I have everything I need.")


def _after(result: Turn) -> Reply:
    """The reply to what a tool brought."""
    try:
        brought = json.loads(result.text)
    except ValueError:
        brought = result.text
    value: Mapping[str, Any] = brought if isinstance(brought, dict) else {}
    if asked := re.search(r"still to ask: (?:\['?)?(\w+)", str(value.get("error", ""))):
        return Reply(text=_QUESTIONS.get(asked.group(1), "Could you tell me a little more?"))
    if value.get("error"):
        return Reply(text="I am sorry, I cannot look that up right now. Shall we go on?")
    match result.tool:
        case "search_knowledge":
            passages = value.get("passages") or []
            first = str(passages[0].get("text", "")) if passages and isinstance(passages[0], dict) else ""
            return Reply(text=first or "I am sorry, I do not have that information. May I help you with anything else?")
        case "check_availability":
            free = "That time is possible." if value.get("available") else "That time is not possible."
            return Reply(text=f"{free} Shall we go on?")
        case _:
            return Reply(text="Thank you. Is there anything else?")


def _standing(ask: Ask) -> tuple[dict[str, str], list[str]]:
    """What is known of the order and what is not: as the prompt says, else as the customer said."""
    told = re.search(r"Known of the order: (.*?)\. Not known: (.*?)\.\s*$", ask.system, re.MULTILINE)
    if told:
        pairs = re.findall(r"(name|address|service|time): (.*?)(?=, (?:name|address|service|time): |$)", told.group(1))
        unknown = [name.strip() for name in told.group(2).split(",") if name.strip() not in {"", "nothing"}]
        return dict(pairs), unknown
    said = "\n".join(turn.text for turn in ask.turns if turn.role == "user")
    known: dict[str, str] = {}
    if name := _NAME.search(said):
        known["name"] = name.group(1).strip()
    if street := _STREET.search(said):
        known["address"] = street.group().strip()
    if when := _WHEN.search(said):
        known["time"] = when.group().strip()
    if service := _service(ask, said):
        known["service"] = service
    return known, [name for name in ("service", "address", "name", "time") if name not in known]


def _service(ask: Ask, said: str) -> str | None:
    """The service of the catalogue a word of the customer begins like."""
    codes: list[object] = next(
        (
            tool.parameters.get("properties", {}).get("service_type", {}).get("enum", [])
            for tool in ask.tools
            if tool.name == "create_order"
        ),
        [],
    )
    words = re.findall(r"[a-z]{4,}", said.lower())
    return next((str(code) for code in codes if any(word[:5] in str(code).lower() for word in words)), None)
