"""The billing profile, the number series and previews."""

import io
from uuid import uuid4

import pypdf
import pytest
from tests.features.billing.house import PROFILE, Business, House


async def test_the_profile_is_saved_under_a_version(business: Business) -> None:
    owner = await business.client()
    empty = await owner.get("/api/admin/billing/profile")
    assert (empty.status_code, empty.json(), empty.headers["etag"]) == (200, None, '"v0"')
    saved = await owner.put("/api/admin/billing/profile", json=PROFILE)
    assert saved.status_code == 200, saved.text
    view = saved.json()
    assert (view["business_phone"], view["currency"], view["default_language"]) == ("+12175550142", "USD", "en")
    assert (view["invoice_prefix"], view["tax_rate"], view["due_days"]) == ("INV-", "8.25", 15)
    assert (await owner.put("/api/admin/billing/profile", json=PROFILE)).status_code == 428
    stale = await owner.put("/api/admin/billing/profile", json=PROFILE, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    current = {"If-Match": saved.headers["etag"]}
    changed = await owner.put("/api/admin/billing/profile", json={**PROFILE, "due_days": 30}, headers=current)
    assert (changed.status_code, changed.json()["due_days"]) == (200, 30)


async def test_the_account_number_is_written_but_never_read(business: Business) -> None:
    owner = await business.with_profile(
        bank_details={"account_number": "000111222333", "iban": "DE89 3704 0044 0532 0130 00"}
    )
    shown = await owner.get("/api/admin/billing/profile")
    assert "000111222333" not in shown.text
    bank = shown.json()["bank_details"]
    assert (bank["account_number_tail"], bank["has_account_number"]) == ("2333", True)
    headers = {"If-Match": shown.headers["etag"]}
    body = {**PROFILE, "bank_details": {"bank_name": "Testbank"}}
    kept = (await owner.put("/api/admin/billing/profile", json=body, headers=headers)).json()["bank_details"]
    assert (kept["bank_name"], kept["account_number_tail"]) == ("Testbank", "2333")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tax_rate": "50.01"}, "tax_rate"), ({"due_days": 121}, "due_days"), ({"invoice_prefix": "inv "}, "invoice_prefix"),
        ({"accent_color": "red"}, "accent_color"), ({"payment_link_template": "https://x.test/{secret}"}, "payment_link_template"),
        ({"bank_details": {"iban": "DE00370400440532013000"}}, "bank_details.iban"), ({"colour": "red"}, "colour"),
        ({"business_phone": "12"}, "business_phone"), ({"logo_file_id": str(uuid4())}, "logo_file_id"),
        ({"invoice_template": "baroque"}, "invoice_template"), ({"number_padding": 2}, "number_padding"),
    ],
)  # fmt: skip
async def test_bad_values_are_refused_by_name(business: Business, change: dict[str, object], field: str) -> None:
    owner = await business.client()
    answer = await owner.put("/api/admin/billing/profile", json={**PROFILE, **change})
    assert answer.status_code == 422
    assert field in [row["field"] for row in answer.json()["errors"]]


async def test_both_series_need_their_own_prefix(business: Business) -> None:
    owner = await business.client()
    answer = await owner.put("/api/admin/billing/profile", json={**PROFILE, "credit_prefix": "INV-"})
    assert answer.status_code == 422


async def test_the_currency_is_locked_by_the_first_invoice(business: Business) -> None:
    owner = await business.with_profile()
    await owner.post("/api/admin/invoices", json={"order_id": str(await business.order())})
    headers = {"If-Match": (await owner.get("/api/admin/billing/profile")).headers["etag"]}
    answer = await owner.put("/api/admin/billing/profile", json={**PROFILE, "currency": "EUR"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "currency_locked")


async def test_a_series_begins_where_the_owner_says_until_the_first_document(business: Business) -> None:
    owner = await business.with_profile()
    series = {row["kind"]: row for row in (await owner.get("/api/admin/billing/series")).json()}
    assert series["invoice"] == {"kind": "invoice", "next": 1, "started": False}
    raised = await owner.put("/api/admin/billing/series/invoice", json={"next": 500})
    assert raised.json() == {"kind": "invoice", "next": 500, "started": False}
    assert (await owner.put("/api/admin/billing/series/invoice", json={"next": 499})).status_code == 422
    invoice = await owner.post("/api/admin/invoices", json={"order_id": str(await business.order())})
    assert invoice.json()["number"] == "INV-0500"
    assert (await owner.put("/api/admin/billing/series/invoice", json={"next": 900})).status_code == 409
    assert (await owner.put("/api/admin/billing/series/holiday", json={"next": 900})).status_code == 404
    manager = await business.client("manager")
    assert (await manager.get("/api/admin/billing/series")).status_code == 403


async def test_viewers_read_the_profile_and_do_not_write_it(business: Business) -> None:
    await business.with_profile()
    viewer = await business.client("viewer")
    assert (await viewer.get("/api/admin/billing/profile")).json()["business_name"] == "Bright Home Services"
    assert (await viewer.put("/api/admin/billing/profile", json=PROFILE)).status_code == 403


async def test_a_preview_consumes_no_number(house: House, business: Business) -> None:
    owner = await business.client()
    draft = {"profile": {"business_name": "Draft & Sons", "tax_rate": "10"}, "template": "vibrant", "language": "es"}
    answer = await owner.post("/api/admin/invoices/preview", json=draft)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    text = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert all(part in text for part in ("PREVIEW", "Draft & Sons", "$275.00", "Factura"))
    assert {row["next"] for row in (await owner.get("/api/admin/billing/series")).json()} == {1}
    assert (await owner.get("/api/admin/invoices")).json()["total"] == 0
    saved = await business.with_profile(business_name="Saved Name")
    again = await saved.post("/api/admin/invoices/preview", json={})
    assert "Saved Name" in pypdf.PdfReader(io.BytesIO(again.content)).pages[0].extract_text()
    bad = await owner.post("/api/admin/invoices/preview", json={"profile": {"tax_rate": "99"}})
    assert bad.status_code == 422
