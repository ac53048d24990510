"""The part of a customer, as a simulated language model plays it when a prompt asks for one."""

import re

from callout.sandbox.model_talk import Ask

_PART = re.compile(r"^You play a person who is phoned", re.IGNORECASE)
_REFUSES = re.compile(r"not interested|rude|stop calling|opt.?out|wrong number|never call", re.IGNORECASE)


def plays_customer(system: str) -> bool:
    """Whether a prompt asks for the part of somebody who is called."""
    return bool(_PART.search(system))


def line_of(ask: Ask) -> str:
    """The customer's next line."""
    heard, fact = ask.heard.lower(), _facts(ask.system)
    answered = sum(turn.role == "assistant" for turn in ask.turns)
    if _REFUSES.search(fact["part"]):
        return "No thank you, I am not interested. HANGUP" if answered else "No thank you, I am not interested."
    if re.search(r"good ?bye|have a (good|nice|great)|all set|thank you for your time", heard):
        return "Goodbye. HANGUP"
    for asks, says in (
        (r"is that (right|correct)|did i get|correct\?|right\?", "Yes, that is correct."),
        (r"your name|who am i", f"My name is {fact['name']}."),
        (r"address|where", f"It is {fact['address']}."),
        (r"which city|what city|zip", f"It is {fact['address']}."),
        (r"(day|time|when)\b.*\?", f"{fact['time']} would be best."),
        (r"number|reach you", "This number is fine."),
        (r"anything else", "No, that is all."),
    ):
        if re.search(asks, heard):
            return says
    return f"Yes, I need {fact['need']}." if answered < 2 else "Yes, please."


def _facts(system: str) -> dict[str, str]:
    def found(pattern: str) -> str:
        match = re.search(pattern, system, re.DOTALL)
        return match.group(1).strip() if match else ""

    return {
        "part": found(r"Your part: (.*?)\n"),
        "name": found(r"Your name is (.*?), your address"),
        "address": found(r"your address (.*?)\. If you"),
        "need": found(r"If you need something it is (.*?), best"),
        "time": found(r", best (.*?)\. The business"),
    }
