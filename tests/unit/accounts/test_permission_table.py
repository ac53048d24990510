"""The permission data against the table in the product specification, cell by cell."""

import re
from pathlib import Path

import pytest

from callout.features.accounts.permission_table import CELLS, ENDPOINT_ROWS, ROLES
from callout.features.accounts.permissions import allow, permissions_of

SPEC = Path(__file__).parents[3].parent / "shared/spec/product.md"

NOUNS = {
    "account (self)": ["account"],
    "user (team)": ["user"],
    "webhook endpoint, delivery": ["webhook_endpoint", "webhook_delivery"],
    "service (catalogue)": ["service"],
    "message (delivery log)": ["message"],
}
VERBS = {
    "change password": ["change_password"],
    "read/revoke own sessions": ["read_sessions", "revoke_sessions"],
    "read (masked)": ["read"],
    "set lead status": ["set_lead_status"],
    "update customer": ["update"],
    "job and schedule fields": [],
    "update (also customer pairs": ["update"],
    "time off)": [],
    "create version": ["create_version"],
    "read / update": ["read", "update"],
}
NARROWED_BY_NOTE = {
    # (noun.verb, role): what the row's note makes of the mark the row gives
    ("provider_config.validate", "agent"): "-",
    ("campaign.create", "system"): "-",
    ("campaign.update", "system"): "-",
    ("campaign.start", "system"): "-",
    ("campaign.cancel", "system"): "-",
    ("order.assign", "system"): "-",
}


def spec_rows() -> list[tuple[list[str], str]]:
    text = SPEC.read_text(encoding="utf-8").split("### 2.2 ")[1].split("### 2.3 ")[0]
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) < 9 or cells[0] in {"Noun", "---"}:
            continue
        nouns = NOUNS.get(cells[0]) or [slug(noun) for noun in cells[0].split(",")]
        verbs = []
        for verb in re.split(r",\s*", cells[1]):
            verbs += VERBS.get(verb.strip(), [slug(verb)])
        marks = "".join(cells[2:9]).replace("\N{EN DASH}", "-")
        rows.append(([f"{noun}.{verb}" for noun in nouns for verb in verbs], marks))
    return rows


def slug(words: str) -> str:
    return re.sub(r"[^a-z]+", "_", words.strip().lower()).strip("_")


@pytest.mark.skipif(not SPEC.exists(), reason="the specification is not part of this checkout")
class TestAgainstTheSpecification:
    def test_every_row_has_a_mark_for_every_role(self):
        rows = spec_rows()
        assert len(rows) > 75
        assert all(len(marks) == len(ROLES) for _, marks in rows)

    def test_data_and_specification_name_the_same_permissions(self):
        extra = {f"{noun}.{verb}" for noun, verbs, _ in ENDPOINT_ROWS for verb in verbs.split()}
        assert {name for names, _ in spec_rows() for name in names} == set(CELLS) - extra

    @pytest.mark.parametrize(
        ("names", "marks"), spec_rows() if SPEC.exists() else [], ids=lambda value: str(value)[:60]
    )
    def test_each_cell_agrees(self, names: list[str], marks: str):
        for role, mark in zip(ROLES, marks, strict=True):
            got = {name: CELLS[name][role] for name in names}
            if mark == "f":
                assert set(got.values()) != {"-"}, f"{role} has some case of {names}"
                continue
            for name, cell in got.items():
                assert cell == NARROWED_BY_NOTE.get((name, role), mark), (name, role)


FULL_BY_CASE = {
    # limited marks whose note names the verbs: the cell is then plain
    "consent_record.read": ("viewer", "Y"),
    "consent_record.create": ("viewer", "-"),
    "suppression_entry.create": ("viewer", "-"),
    "file.create": ("viewer", "-"),
    "contact.import": ("agent", "-"),
    "contact.create": ("agent", "f"),
    "contact.delete": ("manager", "Y"),
    "contact.erase": ("manager", "-"),
    "voice.attest_consent": ("manager", "-"),
    "campaign.pause": ("agent", "Y"),
    "campaign.start": ("agent", "-"),
    "conversation.set_lead_status": ("agent", "Y"),
    "conversation.comment": ("agent", "-"),
    "scam_assessment.label": ("viewer", "-"),
    "order.dispatch": ("agent", "Y"),
    "order.assign": ("agent", "-"),
    "order.cancel": ("customer", "f"),
    "vendor.delete": ("manager", "-"),
    "vendor.unblock": ("manager", "Y"),
    "vendor.verify": ("vendor", "-"),
    "billing_profile.update": ("viewer", "-"),
    "invoice.credit": ("system", "-"),
    "reward_entry.void": ("system", "Y"),
    "reward_entry.pay": ("system", "-"),
    "referral_code.create": ("owner", "-"),
}


@pytest.mark.parametrize(("name", "expected"), FULL_BY_CASE.items())
def test_a_note_settles_the_limited_cell(name: str, expected: tuple[str, str]):
    role, mark = expected
    assert CELLS[name][role] == mark


def test_a_misspelt_permission_is_refused_at_import():
    with pytest.raises(LookupError, match=r"order\.read"):
        allow("order.raed")


def test_permissions_of_a_viewer_hold_no_writes_but_its_own_account():
    writes = {name for name in permissions_of("viewer") if not name.endswith((".read", ".download", ".simulate"))}
    assert {name.split(".")[0] for name in writes} == {"account", "campaign", "notification", "ticket"}
    assert "campaign.pre_flight" in writes
