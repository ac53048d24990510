"""What is exported whole comes in again as it was: elsewhere the same businesses, at home nothing new."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.features.prospecting.conftest import SCRAPER, Office, Town
from tests.features.prospecting.test_import import SAMPLES

OF_THE_STAY = {
    "id", "source", "job_ids", "contact_id", "provenance", "edited", "enriched_at", "scraped_at", "last_seen_at",
    "created_at", "updated_at", "closed_at",
}  # fmt: skip
"""What is about when and how a business came here, and so begins anew elsewhere."""
FORMATS = {
    "gosom_bucharest_gyms.ndjson": "json",
    "gosom_v43_socal_clinics.csv": "xlsx",
    "r7avi_contractors_in_new_jersey_usa.xlsx": "xlsx",
}
"""Files that travel in another format than CSV."""
FILES = [(sample[0], sample[1]) for sample in SAMPLES]


async def everything(office: Office) -> list[dict[str, Any]]:
    """All fields of all businesses, by place and name; whether a place is closed instead of since when."""
    objects = json.loads(await office.fetched(format="json", all=True, include_uncallable=True))
    rows = [
        {name: value for name, value in each.items() if name not in OF_THE_STAY}
        | {"closed": each["closed_at"] is not None}
        for each in objects
    ]
    return sorted(rows, key=lambda row: (row["place_id"] or "", row["name"], row["phone_raw"] or "", str(row["lat"])))


@pytest.mark.parametrize(("filename", "country"), FILES)
async def test_an_export_of_everything_imports_into_the_same_set(
    town: Town, office: Office, shared_data: Path, filename: str, country: str
) -> None:
    await office.bring_in((shared_data / "businesses" / filename).read_bytes(), filename, country=country)
    whole = await everything(office)
    format_ = FORMATS.get(filename, "csv")
    exported = await office.fetched(format=format_, all=True, include_uncallable=True)
    elsewhere = await town.office(country="FR")
    job = await elsewhere.bring_in(exported, f"businesses.{format_}")
    assert (job["stored"], job["duplicates"], job["rejected"]) == (len(whole), 0, 0)
    assert await everything(elsewhere) == whole
    job = await office.bring_in(exported, f"businesses.{format_}")
    assert (job["stored"], job["duplicates"]) == (0, len(whole))
    assert await everything(office) == whole


@pytest.mark.parametrize("format_", ["csv", "json", "xlsx"])
async def test_what_people_made_of_businesses_travels_too(town: Town, office: Office, format_: str) -> None:
    await office.bring_in(
        "name,phone,place_id,rating,description\n"
        "=Formula,(305) 555-1001,p1,4.5,+ and -\n"
        "'=Quoted,,p2,3.0,\n"
        'Gone,(305) 555-1003,p3,2.0,"two, ""quoted"""\n'
    )
    rows = {row["place_id"]: row for row in await office.businesses()}
    changes: dict[str, dict[str, Any]] = {
        "p1": {"tags": ["vip", "a|b"], "notes": "calls back\non Fridays", "call_priority": "low"},
        "p2": {"best_time_to_call": "after 18:00", "tags": ["late"]},
        "p3": {"status": "ignored"},
    }
    for place, change in changes.items():
        answer = await office.owner.patch(f"{SCRAPER}/businesses/{rows[place]['id']}", json=change)
        assert answer.status_code == 200, answer.text
    exported = await office.fetched(format=format_, all=True, include_uncallable=True)
    elsewhere = await town.office()
    await elsewhere.bring_in(exported, f"all.{format_}")
    assert await everything(elsewhere) == await everything(office)
    found = {row["place_id"]: row for row in await elsewhere.businesses()}
    assert {place: {name: found[place][name] for name in change} for place, change in changes.items()} == changes
