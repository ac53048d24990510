"""Viewers read conversations without being able to call who spoke."""

import pytest

from tests.features.conversations.test_submit import TURNS, URL, ingest

SPOKEN = [*TURNS, {"role": "user", "message": "Call me at 305-555-0123 or write to anna@example.com."}]
SECRETS = ("5550100", "555-0123", "5550123", "anna@example.com")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/{id}",
        "/{id}?include=turns,transcript,scam,triggers,evaluations",
        "/{id}/turns",
        "/{id}/transcript?format=text",
        "/{id}/transcript?format=srt",
        "/{id}/transcript?format=json",
        "/{id}/analysis",
    ],
)
async def test_no_view_shows_a_viewer_a_phone_or_an_address(house, path) -> None:
    made = (await house.client.post(URL, json=ingest(turns=SPOKEN))).json()
    url = URL + path.replace("{id}", made["conversation_id"])
    full = (await house.client.get(url)).text
    assert [secret for secret in SECRETS if secret in full] != []
    shown = await house.client.get(url, headers=house.as_role("viewer"))
    assert shown.status_code == 200
    assert [secret for secret in SECRETS if secret in shown.text] == []


@pytest.mark.parametrize(("q", "found"), [("5550100", 0), ("0100", 0), ("+1 305 555 0100", 1), ("Reyes", 1)])
async def test_a_viewer_cannot_guess_a_number_piece_by_piece(house, q, found) -> None:
    await house.client.post(URL, json=ingest())
    seen = await house.client.get(URL, params={"q": q}, headers=house.as_role("viewer"))
    assert seen.json()["total"] == found
    assert (await house.client.get(URL, params={"q": q})).json()["total"] == 1
