"""Trigger rules for admins: `/api/admin/vendor-selection/trigger-rules`."""

from __future__ import annotations

import time
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import Dependency

from callout.features.accounts.permissions import allow
from callout.features.conversations.model import Turn
from callout.features.geocoding.ports import Geocoder
from callout.features.triggers import generation, rules, store, templates, trial, views
from callout.features.triggers.errors import LanguageModelMissing
from callout.features.triggers.model import TRIGGER_TYPES, Rule
from callout.features.triggers.schemas import (
    DuplicateIn,
    FromTemplateIn,
    GenerateIn,
    RuleFilters,
    RuleIn,
    RulePatch,
    TemplateFilters,
    TestIn,
    ToggleIn,
)
from callout.features.triggers.tables import TriggerRule
from callout.kit.db.work import Work
from callout.kit.http.limits import RateLimits
from callout.kit.http.listing import listed
from callout.kit.http.models import Filtered
from callout.kit.http.writes import IfMatch, created, versioned

PREFIX = "/api/admin/vendor-selection/trigger-rules"
ONE = "/{rule_id:uuid}"
AnyResponse = Response[Any]
GivenGeocoder = Annotated[Geocoder, Dependency(skip_validation=True)]
_DRAFTS_PER_HOUR = 30


@get("/", guards=[allow("trigger_rule.read")], filters=RuleFilters)
async def list_rules(work: Work, filters: Filtered[RuleFilters], request: Request[Any, Any, Any]) -> AnyResponse:
    """The rules of the business with their figures."""
    conditions = store.rule_conditions(filters.type, filters.is_active, filters.service, filters.q)
    rows, total = await store.rule_page(work, conditions, filters.order(), limit=filters.limit, offset=filters.offset)
    figures = await store.rule_figures(work, [row.id for row in rows])
    return listed(filters, [views.rule_view(row, figures[row.id]) for row in rows], total, request=request)


@get(ONE, guards=[allow("trigger_rule.read")])
async def read_rule(work: Work, rule_id: UUID) -> AnyResponse:
    """One rule."""
    return await _answer(work, await store.rule(work, rule_id))


@post("/", guards=[allow("trigger_rule.create")])
async def create_rule(work: Work, data: RuleIn) -> AnyResponse:
    """Writes a rule."""
    return await _made(work, await rules.create(work, data.values()))


@patch(ONE, guards=[allow("trigger_rule.update")])
async def update_rule(work: Work, rule_id: UUID, data: RulePatch, if_match: IfMatch) -> AnyResponse:
    """Changes a rule; what it decided before stays as it was."""
    return await _answer(work, await rules.update(work, rule_id, data.values(), if_match))


@delete(ONE, guards=[allow("trigger_rule.delete")])
async def delete_rule(work: Work, rule_id: UUID, if_match: IfMatch) -> None:
    """Takes a rule away."""
    await rules.delete(work, rule_id, if_match)


@post(f"{ONE}/toggle", guards=[allow("trigger_rule.toggle")], status_code=200)
async def toggle_rule(work: Work, rule_id: UUID, data: ToggleIn) -> AnyResponse:
    """Switches a rule on or off."""
    return await _answer(work, await rules.toggle(work, rule_id, is_active=data.is_active))


@post(f"{ONE}/duplicate", guards=[allow("trigger_rule.create")])
async def duplicate_rule(work: Work, rule_id: UUID, data: DuplicateIn | None = None) -> AnyResponse:
    """Copies a rule; the copy is off."""
    return await _made(work, await rules.duplicate(work, rule_id, data.name if data else None))


@post("/test", guards=[allow("trigger_rule.test")], status_code=200)
async def test_rules(work: Work, data: TestIn, geocoder: GivenGeocoder) -> list[dict[str, Any]]:
    """Holds rules against a text or a conversation, without effect."""
    if data.rule is not None:
        tried = [await _draft(work, data.rule)]
    else:
        tried = [rules.rule_of(row) for row in await store.rules(work, data.rule_ids)]
    if data.conversation_id is not None:
        return await trial.on_conversation(work, tried, data.conversation_id)
    said = [(turn.speaker, turn.content) for turn in data.turns] or [("customer", data.text or "")]
    turns = [Turn(seq=seq, speaker=speaker, content=text) for seq, (speaker, text) in enumerate(said, 1)]
    return await trial.on_turns(work, geocoder, tried, turns, data.contact_id)


@get("/templates", guards=[allow("trigger_rule.read", roles="OMW")], filters=TemplateFilters)
async def list_templates(filters: Filtered[TemplateFilters]) -> dict[str, Any]:
    """The ready-made rules, the types there are, and advice."""
    found = [views.template_view(one) for one in templates.matching(filters.role, filters.type)]
    return {
        "items": found,
        "total": len(found),
        "trigger_types": list(TRIGGER_TYPES),
        "tips": list(templates.TIPS),
    }


@post("/from-template", guards=[allow("trigger_rule.create")])
async def create_from_template(work: Work, data: FromTemplateIn) -> AnyResponse:
    """Makes a rule from a template."""
    return await _made(work, await rules.from_template(work, data.template_code, data.overrides.values()))


@post("/generate", guards=[allow("trigger_rule.generate")], status_code=200)
async def generate_rule(work: Work, data: GenerateIn, limits: RateLimits) -> dict[str, Any]:
    """Drafts a rule from a description of the business; nothing is saved."""
    await limits.hit("trigger_rule.generate", str(work.tenant_id), limit=_DRAFTS_PER_HOUR, window_s=3600)
    if data.require_llm:
        raise LanguageModelMissing(missing_providers=["openai"], setup_url="/console/settings/integrations")
    started = time.perf_counter()
    plain = data.model_dump(exclude={"require_llm", "business_context"})
    wish = msgspec.convert({**plain, "business": data.business_context.model_dump()}, generation.Wish, strict=False)
    draft = generation.generate(wish)
    return {
        "rule": views.draft_view(draft.rule.snapshot()),
        "quality_score": float(draft.quality_score),
        "optimization_notes": list(draft.optimization_notes),
        "example_conversations": [list(one) for one in draft.example_conversations],
        "origin": "template",
        "template_code": draft.template_code,
        "generation_info": {
            "provider": None,
            "model": None,
            "ms": round((time.perf_counter() - started) * 1000),
        },
    }


async def _answer(work: Work, row: TriggerRule) -> AnyResponse:
    figures = await store.rule_figures(work, [row.id])
    return versioned(views.rule_view(row, figures[row.id]), row.version)


async def _made(work: Work, row: TriggerRule) -> AnyResponse:
    figures = await store.rule_figures(work, [row.id])
    return created(views.rule_view(row, figures[row.id]), f"{PREFIX}/{row.id}")


async def _draft(work: Work, data: RuleIn) -> Rule:
    """A rule as it would be evaluated, never saved."""
    values = data.values()
    threshold = values.pop("confidence_threshold", None) or await rules.threshold_of(work, values["type"])
    known = {name: value for name, value in values.items() if name in Rule.__struct_fields__}
    rule = msgspec.convert({**known, "confidence_threshold": threshold}, Rule, strict=False)
    actions = {**msgspec.to_builtins(templates.default_actions(rule.type)), **values.get("actions", {})}
    return msgspec.structs.replace(rule, actions=msgspec.convert(actions, type(rule.actions)))


router = Router(
    PREFIX,
    route_handlers=[
        list_rules,
        read_rule,
        create_rule,
        update_rule,
        delete_rule,
        toggle_rule,
        duplicate_rule,
        test_rules,
        list_templates,
        create_from_template,
        generate_rule,
    ],
    tags=["trigger rules"],
)
