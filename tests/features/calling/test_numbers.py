"""Numbers: one business has one, one of them is the default, and the provider says whether it is the account's."""

import asyncio
import itertools
from typing import Any

import pytest

from callout.features.calling.ports import ProviderNumber, Unavailable
from tests.features.calling.conftest import BASE, Office, Street

DIGITS = itertools.count(1000)


@pytest.fixture
def phone() -> str:
    """A number nobody in this installation has."""
    return f"+1212555{next(DIGITS)}"


async def added(office: Office, phone: str, expect: int = 201, **members: Any) -> dict[str, Any]:
    answer = await office.owner.post(f"{BASE}/numbers", json={"phone": phone, **members})
    assert answer.status_code == expect, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_provider_says_whether_the_account_has_a_number(street: Street, office: Office, phone: str) -> None:
    street.provider.owned = [ProviderNumber(external_id="PN1", phone=phone, capabilities=("voice", "sms"))]
    refused = await added(office, "555-0142", 422)
    assert refused["errors"][0]["code"] == "invalid_phone"
    number = await added(office, f"+1 (212) 555-{phone[-4:]}", label="Front desk")
    assert (number["phone"], number["external_id"], number["is_verified"]) == (phone, "PN1", True)
    assert number["capabilities"] == ["voice", "sms"]
    assert number["is_default"]
    other = await added(office, "+12125550999")
    assert (other["is_verified"], other["is_default"], other["capabilities"]) == (False, False, [])


async def test_a_provider_that_is_down_does_not_keep_a_number_out(street: Street, office: Office, phone: str) -> None:
    street.provider.owned = [ProviderNumber(external_id="PN1", phone=phone)]
    street.provider.fails["numbers"] = [Unavailable("It is down.")]
    number = await added(office, phone)
    assert not number["is_verified"]
    answer = await office.owner.patch(f"{BASE}/numbers/{number['id']}", json={"label": "Now"})
    assert answer.json()["is_verified"]
    assert answer.json()["label"] == "Now"


async def test_there_is_one_default_also_when_two_become_it_at_once(office: Office) -> None:
    numbers = [await added(office, f"+1212555095{index}") for index in range(4)]
    answers = await asyncio.gather(
        *(office.owner.patch(f"{BASE}/numbers/{one['id']}", json={"is_default": True}) for one in numbers)
    )
    assert {answer.status_code for answer in answers} == {200}
    listed = (await office.get("/numbers"))["items"]
    assert [one["is_default"] for one in listed].count(True) == 1


async def test_a_number_belongs_to_one_business(street: Street, office: Office, phone: str) -> None:
    first = await added(office, phone)
    again = await office.owner.post(f"{BASE}/numbers", json={"phone": phone, "label": "other"})
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert again.json()["label"] is None
    stranger = await street.office()
    refused = await added(stranger, phone, 409)
    assert refused["code"] == "already_exists"
    assert first["id"] not in str(refused)
    gone = await office.owner.delete(f"{BASE}/numbers/{first['id']}")
    assert gone.status_code == 204
    assert (await added(stranger, phone))["id"] != first["id"]


async def test_an_agent_whose_number_is_gone_calls_from_the_default(office: Office, phone: str) -> None:
    number = await added(office, phone)
    agent = await office.agent(phone_number_id=number["id"])
    assert (await office.owner.delete(f"{BASE}/numbers/{number['id']}")).status_code == 204
    assert (await office.get(f"/{agent['id']}"))["phone_number_id"] is None


async def test_the_plan_limits_numbers(street: Street, phone: str) -> None:
    office = await street.office("trial")
    await added(office, phone)
    refused = await added(office, "+12125550998", 402)
    assert refused["metric"] == "phone_numbers"


async def test_only_an_agent_there_is_answers(office: Office, phone: str) -> None:
    refused = await added(office, phone, 422, inbound_agent_id="0195f0c2-0000-7000-8000-000000000001")
    assert refused["errors"][0]["field"] == "inbound_agent_id"
    agent = await office.agent()
    number = await added(office, phone, inbound_agent_id=agent["id"])
    cleared = await office.owner.patch(f"{BASE}/numbers/{number['id']}", json={"inbound_agent_id": None})
    assert cleared.json()["inbound_agent_id"] is None
