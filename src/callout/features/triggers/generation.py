"""Drafts a rule from a description of the business, out of the templates; scores any draft."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz

from callout.features.conversations import lexicon
from callout.features.conversations.text import Words, stem
from callout.features.triggers.model import Criteria, Examples, Rule, RuleType, default_threshold
from callout.features.triggers.templates import Template, all_templates, default_actions

_MAX_KEYWORDS, _MAX_PHRASES, _MAX_NEGATIVES = 15, 12, 8
_EMERGENCY_RADIUS_KM = 15
_MIN_WORD = 4


class BusinessContext(msgspec.Struct, frozen=True, kw_only=True):
    """What the business says about itself."""

    business_type: str
    service_description: str
    target_customers: str | None = None
    service_area: str | None = None
    typical_scenarios: tuple[str, ...] = ()
    pain_points: tuple[str, ...] = ()
    urgency_levels: tuple[str, ...] = ()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """The rule somebody wants."""

    business: BusinessContext
    trigger_type: RuleType
    specific_requirements: str | None = None
    priority_level: int = 3
    response_time_minutes: int | None = None
    additional_context: str | None = None


class Draft(NamedTuple):
    """A rule that was not saved, with its score and how to better it."""

    rule: Rule
    quality_score: Decimal
    optimization_notes: tuple[str, ...]
    example_conversations: tuple[tuple[str, ...], ...]
    template_code: str


def generate(wish: Wish) -> Draft:
    """A draft rule from the nearest template and the words of the business; the same wish gives the same draft."""
    template = _nearest(wish)
    own = _own_words(wish)
    keywords = _merged(_fitting(template, wish), own, _MAX_KEYWORDS)
    scenarios = tuple(text.strip().rstrip(".")[:120] for text in wish.business.typical_scenarios if text.strip())
    phrases = _merged(template.rule.alternative_phrases, _short(scenarios), _MAX_PHRASES)
    emergency = wish.trigger_type == "emergency_service"
    base = template.rule
    rule = msgspec.structs.replace(
        base,
        name=f"{wish.business.business_type.strip().capitalize()[:80]}: {base.name}"[:120],
        type=wish.trigger_type,
        instructions=_instructions(wish, base),
        keywords=keywords,
        alternative_phrases=phrases,
        negative_keywords=_merged(
            base.negative_keywords, ("just looking", "not interested", "already have someone"), _MAX_NEGATIVES
        ),
        conditions=msgspec.structs.replace(base.conditions, location_required=wish.trigger_type != "service_inquiry"),
        actions=default_actions(
            wish.trigger_type,
            5 if emergency else wish.priority_level,
            wish.response_time_minutes or (5 if emergency else None),
        ),
        vendor_selection_criteria=Criteria(
            prefer_available=True, location_radius_km=_EMERGENCY_RADIUS_KM if emergency else 10
        ),
        confidence_threshold=default_threshold(wish.trigger_type),
        examples=Examples(positive=(*base.examples.positive, *scenarios)[:20]),
    )
    notes = optimization_notes(rule, wish)
    return Draft(rule, quality_score(rule, notes), notes, (template.example_conversation,), template.code)


def quality_score(rule: Rule, notes: Sequence[str]) -> Decimal:
    """How well a draft is furnished, 0..1 (product specification §6.6)."""
    keywords, phrases, negatives = len(rule.keywords), len(rule.alternative_phrases), len(rule.negative_keywords)
    examples = rule.examples.positive or rule.examples.negative or rule.examples.edge
    parts = (
        ".30" if keywords >= 10 else ".20" if keywords >= 5 else ".10",
        ".20" if phrases >= 5 else ".15" if phrases >= 3 else ".10",
        ".15" if negatives >= 3 else ".10" if negatives >= 1 else "0",
        ".20" if examples else ".10",
        ".15" if len(notes) >= 3 else ".10" if notes else "0",
    )
    return sum((Decimal(part) for part in parts), Decimal(0))


def optimization_notes(rule: Rule, wish: Wish) -> tuple[str, ...]:
    """What would make the rule better, in plain words."""
    notes = []
    if len(rule.keywords) < 10:
        notes.append("Add keywords customers use for this work, up to about ten.")
    if not wish.business.typical_scenarios:
        notes.append("Describe a few typical situations: whole sentences become phrases.")
    if not wish.business.pain_points:
        notes.append("Name the problems customers complain about; they make good keywords.")
    if rule.type != "service_inquiry" and not wish.business.service_area:
        notes.append("Say where you work, so that the search radius can be set to it.")
    notes.append("Test the rule against past conversations before switching it on.")
    notes.append("Add refusals you hear often to the negative keywords.")
    return tuple(notes)


def _nearest(wish: Wish) -> Template:
    text = f"{wish.business.business_type} {wish.business.service_description}".lower()
    fitting = [template for template in all_templates() if template.rule.type == wish.trigger_type] or [
        template for template in all_templates() if template.code == "general_location_visit"
    ]

    def nearness(template: Template) -> tuple[float, bool]:
        named = " ".join((template.role, template.rule.name, *(template.rule.services or ()))).lower()
        shared = len({stem(token) for token in Words(named).tokens} & {stem(token) for token in Words(text).tokens})
        return shared + fuzz.token_set_ratio(named, text) / 1000, template.role == "general"

    best = max(fitting, key=nearness)
    general = [template for template in fitting if template.role == "general"]
    return best if nearness(best)[0] >= 1 or not general else general[0]


def _fitting(template: Template, wish: Wish) -> tuple[str, ...]:
    return template.rule.keywords if template.rule.type == wish.trigger_type else ()


def _own_words(wish: Wish) -> tuple[str, ...]:
    """Words of the business that say something: no everyday words, one per stem."""
    business = wish.business
    texts = (business.business_type, business.service_description, *business.pain_points, *business.typical_scenarios)
    common = lexicon.word_set("names", "common")
    found: dict[str, str] = {}
    for token in (token for text in texts for token in Words(text).tokens):
        trade = any(token in template.rule.keywords for template in all_templates())
        if re.fullmatch(r"[^\W\d_]+", token) and len(token) >= _MIN_WORD and (trade or token not in common):
            found.setdefault(stem(token), token)
    return tuple(found.values())


def _short(scenarios: Sequence[str]) -> tuple[str, ...]:
    return tuple(text for text in scenarios if 2 <= len(Words(text).tokens) <= 8)


def _merged(first: Sequence[str], second: Sequence[str], limit: int) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in (*first, *second):
        found.setdefault(" ".join(Words(text).stems), text)
    return tuple(found.values())[:limit]


def _instructions(wish: Wish, base: Rule) -> str:
    parts = (base.instructions, wish.business.service_description, wish.specific_requirements, wish.additional_context)
    return " ".join(part.strip() for part in parts if part)[:2000]
