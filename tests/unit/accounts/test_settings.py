"""Settings against the specification: every key, default and bound; refusals."""

import re
from pathlib import Path

import pytest

from callout.features.accounts.settings_registry import BY_GROUP, BY_KEY, GROUPS, TenantFacts
from callout.features.accounts.tenant_settings import check_change, may_edit
from callout.features.accounts.vocabulary import ENUMERATIONS
from callout.kit.errors import Unprocessable

SPEC = Path(__file__).parents[3].parent / "shared/spec/product.md"
TENANT = TenantFacts("US", "Bright Homes", "hello@bright.example")
needs_spec = pytest.mark.skipif(not SPEC.exists(), reason="the specification is not part of this checkout")
OWN_KEYS = {"compliance.consent_acknowledgement", "calling.kill_switch"}
WORDS = {"true": True, "false": False, "null": None, '""': "", "[]": []}


def spec_settings():
    """(key, default text, low, high) of every `key`=default [low..high] in section 7."""
    if not SPEC.exists():
        return []
    section = SPEC.read_text(encoding="utf-8").split("\n## 7. Settings")[1].split("Installation settings")[0]
    rows = []
    for line in section.splitlines():
        for part in line.split(" · "):
            found = re.search(r"`([a-z]+\.[a-z0-9_]+)`=(\{[^}]*\}|\[[^\]]*\]|\S+)(.*)", part)
            if found:
                key, default, rest = found.groups()
                bounds = re.search(r"\[(\S+?)\.\.(\S+?)\]", rest)
                rows.append((key, default.rstrip(","), *(bounds.groups() if bounds else (None, None))))
    return rows


@needs_spec
def test_the_registry_has_the_keys_of_the_specification_and_no_others():
    named = {key for key, *_ in spec_settings()}
    retention = {key for key in BY_KEY if key.startswith("retention.")}
    assert named == set(BY_KEY) - retention - OWN_KEYS
    assert len(retention) == 11


@pytest.mark.parametrize(("key", "default", "low", "high"), spec_settings())
def test_defaults_and_bounds_are_the_specified_ones(key, default, low, high):
    setting = BY_KEY[key]
    value = setting.default_for(TENANT)
    if default in WORDS:
        assert value == WORDS[default]
    elif re.fullmatch(r"[\d.]+", default):
        assert float(value) == float(default)
    elif re.fullmatch(r"[a-z_]+", default) and "tenant" not in default:
        assert value == default
    if low is not None:
        assert (setting.kind.bounds["min"], setting.kind.bounds["max"]) == (float(low), float(high))


@needs_spec
def test_the_groups_a_manager_may_change_are_the_marked_ones():
    section = SPEC.read_text(encoding="utf-8").split("\n## 7. Settings")[1].split("Installation settings")[0]
    marks = dict(re.findall(r"^\| ([a-z]+) \(([MO])\) \|", section, flags=re.MULTILINE))
    assert {group.name: "M" if group.is_managers else "O" for group in GROUPS} == marks


@needs_spec
def test_the_published_vocabulary_is_the_specified_one():
    section = SPEC.read_text(encoding="utf-8").split("\n## 4. Enumerations")[1].split("Provider credentials")[0]
    rows = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"[a-z_.,() ]+", cells[0]) and ", " in cells[1] and "CLDR" not in cells[1]:
            rows[cells[0]] = cells[1].split(", ")
    assert rows == ENUMERATIONS


@pytest.mark.parametrize("setting", BY_KEY.values(), ids=list(BY_KEY))
def test_every_default_is_a_value_its_own_kind_accepts(setting):
    value = setting.default_for(TENANT)
    assert setting.kind.clean(value) == value


@pytest.mark.parametrize("setting", BY_KEY.values(), ids=list(BY_KEY))
def test_numbers_stop_exactly_at_their_bounds(setting):
    bounds = setting.kind.bounds
    if not isinstance(bounds.get("min"), int | float) or "keys" in bounds or "max_items" in bounds:
        return
    for edge in (bounds["min"], bounds["max"]):
        assert float(setting.kind.clean(edge)) == edge
    for beyond in (bounds["min"] - 1, bounds["max"] + 1):
        with pytest.raises(ValueError, match=r"\.\."):
            setting.kind.clean(beyond)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dispatch.deadline_min", {"urgent": 15}),
        ("dispatch.deadline_min", {"urgent": 0, "high": 60, "medium": 240, "low": 1440}),
        ("dispatch.offer_mode", "auction"),
        ("billing.reminder_days", [1, 2, 3, 4, 5, 6]),
        ("billing.reminder_days", [91]),
        ("llm.order", []),
        ("llm.order", ["openai", "openai"]),
        ("llm.order", ["skynet"]),
        ("notifications.quiet_hours", {"from": "21:00"}),
        ("notifications.quiet_hours", {"from": "21:00", "to": "25:00"}),
        (
            "compliance.window",
            {day: {"from": "07:00", "to": "20:00"} for day in ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
        ),
        ("compliance.allowed_countries", ["USA"]),
        ("security.ip_allowlist", ["nonsense"]),
        ("security.allowed_origins", ["https://a.example/path"]),
        ("calling.default_from_number", "213 555 0142"),
        ("triggers.enabled", 1),
        ("referrals.reward_amount", "NaN"),
        ("dispatch.operator_notes", "x" * 4001),
    ],
)
def test_what_does_not_fit_is_refused(key, value):
    with pytest.raises(Unprocessable) as refusal:
        check_change(BY_GROUP[key.partition(".")[0]], {key: value})
    assert refusal.value.errors[0].field == key


def test_owners_change_all_groups_managers_theirs_and_others_none():
    assert all(may_edit("owner", group) for group in GROUPS)
    assert not may_edit("manager", BY_GROUP["security"])
    assert may_edit("manager", BY_GROUP["dispatch"])
    assert not any(may_edit(role, group) for role in ("viewer", "vendor", "agent") for group in GROUPS)


def test_required_documents_are_pairs_of_service_and_kind():
    row = {"service": "electrical", "kind": "license"}
    group = BY_GROUP["vendors"]
    kept = check_change(group, {"vendors.required_documents": [row, dict(row)]}).values
    assert kept == {"vendors.required_documents": [row]}
    for bad in (["license"], [{"service": "electrical"}], [{**row, "kind": "poem"}], [{**row, "service": "A b"}], [1]):
        with pytest.raises(Unprocessable):
            check_change(group, {"vendors.required_documents": bad})
