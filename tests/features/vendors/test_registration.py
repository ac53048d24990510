"""Registration: who, with what, and what follows."""

from typing import Any


async def test_a_referral_code_is_remembered_and_a_wrong_one_stops_the_registration(business: Any) -> None:
    made = await business.register(referral_code="FRIEND22")
    assert made.json()["vendor"]["referral_id"] == "FRIEND22"
    code = await business.invite()
    refused = await business.register(code, referral_code="NOBODY22")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_code")
    again = await business.register(code)
    assert again.status_code == 201, "the code was not used up"
    assert again.json()["vendor"]["referral_id"] == code
    assert again.json()["vendor"]["unique_vendor_id"] == code


async def test_an_address_registers_once_per_tenant(business: Any, other_business: Any) -> None:
    email = "same.person@example.com"
    assert (await business.register(email=email)).status_code in {201, 409}
    again = await business.register(email="Same.Person@example.com")
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    assert (await other_business.register(email=email)).status_code in {201, 409}


async def test_a_cookie_client_gets_no_refresh_token_in_the_body(business: Any) -> None:
    made = await business.register(transport="cookie")
    assert made.status_code == 201, made.text
    assert "refresh_token" not in made.json() or made.json()["refresh_token"] is None
    assert "callout_refresh" in made.headers["set-cookie"]


async def test_missing_members_are_named_one_by_one(business: Any) -> None:
    public = await business.system.open(business.system.vendor)
    refused = await public.post("/api/shared/auth/vendor-signup", json={"colour": "red"})
    fields = {row["field"] for row in refused.json()["errors"]}
    assert refused.status_code == 422
    assert {"code", "email", "password", "services", "service_area", "phone", "full_name"} <= fields


async def test_the_default_radius_at_registration_is_25_km(business: Any) -> None:
    made = await business.register(service_area={"latitude": 40.7, "longitude": -74.0})
    assert made.json()["vendor"]["service_area"]["radius"] == 25
