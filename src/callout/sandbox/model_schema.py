"""Answers of a simulated language model that have to follow a JSON schema."""

import re
from collections.abc import Mapping
from typing import Any

from callout.sandbox.model_talk import Ask

_PATTERNS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "phone": re.compile(r"\+?\d[\d ().-]{7,}\d"),
    "name": re.compile(r"(?:[Mm]y name is|[Tt]his is|I am|I'm) ((?:[A-Z][\w'-]+ ?){1,3})"),
    "address": re.compile(r"\d{1,5} [A-Z][\w' ]+(?:, [A-Z][\w ]+)*"),
}


def filled(schema: Mapping[str, Any], ask: Ask) -> Any:
    """A value that fits a schema, of what the user said as far as that tells."""
    said = "\n".join(turn.text for turn in ask.turns if turn.role == "user")
    return _value(schema, schema.get("$defs", {}), "", said)


def _value(schema: Mapping[str, Any], defs: Mapping[str, Any], name: str, said: str) -> Any:
    if "$ref" in schema:
        return _value(defs.get(str(schema["$ref"]).rsplit("/", 1)[-1], {}), defs, name, said)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((one for one in schema["enum"] if str(one).lower() in said.lower()), schema["enum"][0])
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _choice(choices, defs, name, said)
    kind = schema.get("type")
    if isinstance(kind, list):
        return _choice([{**schema, "type": one} for one in kind], defs, name, said)
    if str(kind).lower() == "object" or (kind is None and not name):
        return {key: _value(part, defs, key, said) for key, part in schema.get("properties", {}).items()}
    if str(kind).lower() == "array":
        return [_value(schema.get("items", {}), defs, name, said) for _ in range(int(schema.get("minItems", 0)))]
    return _scalar(schema, str(kind).lower(), name, said)


def _scalar(schema: Mapping[str, Any], kind: str, name: str, said: str) -> Any:
    match kind:
        case "integer" | "number":
            number = re.search(r"\d+(?:\.\d+)?", said)
            wanted = float(number.group()) if number else 0.0
            low, high = schema.get("minimum", wanted), schema.get("maximum", wanted)
            bounded = min(max(wanted, low), high)
            return int(bounded) if kind == "integer" else bounded
        case "boolean":
            return name.removeprefix("is_").replace("_", " ") in said.lower()
        case "null":
            return None
        case _:
            return _text(name, said)[: int(schema.get("maxLength", 2000))]


def _choice(choices: list[Mapping[str, Any]], defs: Mapping[str, Any], name: str, said: str) -> Any:
    """The first alternative that says something; nothing, where nothing may be said."""
    may_be_null = any(one.get("type") == "null" for one in choices)
    for one in choices:
        if one.get("type") != "null" and (value := _value(one, defs, name, said)) not in ("", 0, 0.0):
            return value
    return None if may_be_null else _value(choices[0], defs, name, said)


def _text(name: str, said: str) -> str:
    for word, pattern in _PATTERNS.items():
        if word in name.lower():
            match = pattern.search(said)
            return match.group(match.lastindex or 0).strip() if match else ""
    return said.strip().splitlines()[-1] if said.strip() else ""
