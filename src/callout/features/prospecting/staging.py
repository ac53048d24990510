"""Drafts as lines of PostgreSQL's COPY text format, and the temporary table they go to. Pure."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from callout.features.prospecting.drafts import Draft, call_priority, dedupe_key
from callout.features.prospecting.hours import best_time_to_call
from callout.features.prospecting.recognition import Identity

COLUMNS: Mapping[str, str] = {
    "seq": "bigint", "id": "uuid", "place_id": "text", "dedupe_key": "text",
    "name": "text", "address": "text", "city": "text", "state": "text", "country": "text",
    "phone": "text", "phone_raw": "text", "phone_unread": "text", "website": "text", "email": "text",
    "social": "jsonb", "category": "text", "subcategories": "jsonb", "rating": "numeric", "call_priority": "text",
    "review_count": "int", "price_level": "int", "lat": "float8", "lng": "float8", "hours": "jsonb",
    "best_time_to_call": "text", "description": "text", "photos": "jsonb", "reviews": "jsonb",
    "service_options": "jsonb", "is_verified": "bool", "open_now": "bool", "timezone": "text", "closed": "bool",
    "tags": "jsonb", "notes": "text", "set_aside": "bool", "chosen": "jsonb",
}  # fmt: skip
"""Columns of a staged draft and their types. NULL says nothing: lists that are empty and flags that are off are NULL.

A column that belongs to another (phone_raw to phone, call_priority to rating …) is NULL without it, so that what is
picked column by column stays together. `phone_unread` is a phone that could not be read; `chosen` names the fields
whose value somebody chose against the rule.
"""
NULL = ""
"""How NULL is written: no text that is kept is empty."""
_WIDTH = len(COLUMNS)
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""}
_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_json = msgspec.json.Encoder(decimal_format="number").encode


def staged(seq: int, row_id: str, draft: Draft) -> tuple[Identity, str]:
    """A draft as what it is recognised by and as a line of COPY text, with its line end.

    Args:
        seq: its place in the batch.
        row_id: the id it gets when it is a new business.
        draft: the draft.
    """
    key = dedupe_key(draft)
    phone, rating, hours, lat = draft.phone, draft.rating, draft.hours, draft.lat
    rule = call_priority(rating)
    usual = best_time_to_call(hours) if hours else None
    chosen = []
    if draft.priority and draft.priority != rule:
        chosen.append("call_priority")
    if draft.best_time and draft.best_time != (usual or best_time_to_call(None)):
        chosen.append("best_time_to_call")
    cells = (
        str(seq), row_id, draft.place_id or "", key,
        draft.name, draft.address or "", draft.city or "", draft.state or "", draft.country or "",
        phone or "", (draft.phone_raw or "") if phone else "", "" if phone else draft.phone_raw or "",
        draft.website or "", draft.email or "",
        _document(draft.social), draft.category or "", _document(draft.subcategories),
        "" if rating is None else str(rating), draft.priority or ("" if rating is None else rule),
        _number(draft.review_count), _number(draft.price_level),
        "" if lat is None else repr(lat), "" if lat is None else _number(draft.lng),
        _document(hours), draft.best_time or usual or "", draft.description or "", _document(draft.photos),
        _document(draft.reviews), _document(draft.service_options), "t" if draft.is_verified else "",
        _flag(draft.open_now), draft.timezone or "", _flag(draft.closed),
        _document(draft.tags), draft.notes or "", "t" if draft.set_aside else "", _document(chosen),
    )  # fmt: skip
    line = "\t".join(cells)
    if "\\" in line or "\n" in line or "\r" in line or "\0" in line or line.count("\t") != _WIDTH - 1:
        line = "\t".join([_SPECIAL.sub(_escape, cell) for cell in cells])
    return Identity(seq, row_id, draft.place_id, phone, key), line + "\n"


def _escape(found: re.Match[str]) -> str:
    return _ESCAPED[found.group()]


def _document(value: Any) -> str:
    return _json(value).decode() if value else ""


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _flag(value: bool | None) -> str:
    return "" if value is None else "t" if value else "f"
