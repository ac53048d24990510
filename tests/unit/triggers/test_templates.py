"""The nineteen templates and drafts made from them."""

from decimal import Decimal

import pytest

from callout.features.triggers.generation import BusinessContext, Wish, generate, quality_score
from callout.features.triggers.model import Examples, Rule
from callout.features.triggers.templates import Template, all_templates, find


def test_there_are_nineteen() -> None:
    assert len({template.code for template in all_templates()}) == 19


@pytest.mark.parametrize("template", all_templates(), ids=lambda template: template.code)
def test_each_is_complete(template: Template) -> None:
    rule = template.rule

    assert 5 <= len(rule.keywords) <= 10
    assert len(rule.alternative_phrases) >= 3
    assert len(rule.negative_keywords) >= 2
    assert template.example_conversation
    assert template.context_note
    assert rule.conditions.customer_name_required
    assert rule.conditions.contact_details_required
    assert rule.conditions.location_required is (rule.type != "service_inquiry")
    assert not (rule.type == "quotation_sending" and rule.conditions.timeline_mentioned)
    assert rule.actions.create_order is (rule.type != "service_inquiry")


def test_budgets_are_required_where_a_project_is_planned() -> None:
    wanted = {template.code for template in all_templates() if template.rule.conditions.budget_mentioned}

    assert wanted == {"delivery_bulk", "landscaping_design", "security_installation", "general_order_confirmation"}


def wish(trigger_type: str, **business: object) -> Wish:
    context = {"business_type": "Pool cleaning", "service_description": "We clean pools and filters"} | business
    return Wish(business=BusinessContext(**context), trigger_type=trigger_type)  # type: ignore[arg-type]


def test_an_emergency_draft_is_quick_near_and_certain_sooner() -> None:
    rule = generate(wish("emergency_service")).rule

    assert rule.confidence_threshold == Decimal("0.60")
    assert rule.actions.priority_level == 5
    assert rule.actions.response_time_minutes == 5
    assert rule.vendor_selection_criteria.location_radius_km <= 15
    assert rule.vendor_selection_criteria.prefer_available


def test_the_same_wish_gives_the_same_draft_in_the_words_of_the_business() -> None:
    first, second = generate(wish("location_visit")), generate(wish("location_visit"))

    assert first == second
    assert first.template_code == "cleaning_site_visit"
    assert {"pools", "filters"} <= set(first.rule.keywords)


@pytest.mark.parametrize(
    ("keywords", "phrases", "negatives", "examples", "notes", "score"),
    [(10, 5, 3, 1, 3, "1.00"), (5, 3, 1, 0, 1, "0.65"), (1, 0, 0, 0, 0, "0.30")],
)
def test_quality(keywords: int, phrases: int, negatives: int, examples: int, notes: int, score: str) -> None:
    rule = Rule(
        name="x",
        type="custom",
        keywords=tuple("k" * (number + 1) for number in range(keywords)),
        alternative_phrases=("p",) * phrases,
        negative_keywords=("n",) * negatives,
        examples=Examples(positive=("e",) * examples),
    )

    assert quality_score(rule, ["note"] * notes) == Decimal(score)


def test_an_unknown_code_is_no_template() -> None:
    assert find("nothing") is None
