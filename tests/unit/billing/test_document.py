"""Frozen documents, what they print, and their QR codes."""

import json
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.billing.samples import sample

from callout.features.billing.document import credit_document, freeze, line_text, paper_of, thaw
from callout.features.billing.labels import labels, languages
from callout.features.billing.numbers import document_number
from callout.features.billing.printing import grouped_iban, printed
from callout.features.billing.qr import BankDetails, payment_link, qr_code

IBAN = BankDetails(account_name="Bright GmbH", iban="DE89 3704 0044 0532 0130 00", bic="COBADEFFXXX")


def test_a_frozen_document_survives_json_unchanged() -> None:
    document = sample(bank=IBAN)
    assert thaw(json.loads(json.dumps(freeze(document)))) == document


def test_numbers_are_padded_and_outgrow_their_padding() -> None:
    assert document_number("INV-", 1, 4) == "INV-0001"
    assert document_number("2026/", 12_345, 4) == "2026/12345"


def test_paper_follows_the_country() -> None:
    assert paper_of("US") == paper_of("ca") == "us-letter"
    assert paper_of("DE") == "a4"


def test_the_printed_sheet_speaks_the_language_of_the_document() -> None:
    sheet = printed(sample(language="es", country="US"))
    assert sheet["title"] == "Factura"
    assert sheet["total"] == {"label": "Total a pagar", "value": "$270.63"}
    assert {"label": "Vencimiento", "value": "4 de abril de 2026"} in sheet["facts"]


def test_euros_print_the_german_way_with_the_tax_contained() -> None:
    document = sample(language="de", country="DE", currency="EUR", price="120", rate="20", mode="inclusive")
    sheet = printed(document)
    assert [row["value"] for row in sheet["sums"]] == ["100,00\xa0€", "20,00\xa0€"]
    assert "enthalten" in sheet["sums"][1]["label"]
    assert sheet["total"]["value"] == "120,00\xa0€"


def test_an_unknown_language_falls_back_to_english() -> None:
    assert printed(sample(language="xx"))["title"] == "Invoice"


def test_every_language_has_every_word() -> None:
    english = set(labels("en"))
    assert {"en", "es", "hi"} <= set(languages())
    for language in languages():
        assert set(labels(language)) == english


def test_right_to_left_text_is_isolated_so_that_latin_addresses_stay_in_order() -> None:
    sheet = printed(sample(language="ar", country="SA", currency="SAR"))
    assert sheet["right_to_left"]
    assert sheet["business"]["address"][0] == "\u2068400 Market Street\u2069"
    assert sheet["template"] == "modern"


def test_the_qr_code_prefers_the_payment_link_then_sepa_then_the_public_page() -> None:
    facts = {
        "beneficiary": "Bright",
        "number": "INV-0001",
        "amount": Decimal("120.00"),
        "public_url": "https://x.test/i",
    }
    by_link = qr_code(
        link_template="https://pay.test/{invoice_number}/{amount}{currency}", bank=IBAN, currency="EUR", **facts
    )
    by_bank = qr_code(link_template=None, bank=IBAN, currency="EUR", **facts)
    in_dollars = qr_code(link_template=None, bank=IBAN, currency="USD", **facts)
    assert by_link is not None
    assert by_link.payload == "https://pay.test/INV-0001/120.00EUR"
    assert by_bank is not None
    assert by_bank.payload.splitlines() == [
        "BCD", "002", "1", "SCT", "COBADEFFXXX", "Bright GmbH", "DE89370400440532013000", "EUR120.00", "", "", "INV-0001",
    ]  # fmt: skip
    assert in_dollars is not None
    assert in_dollars.kind == "public_link"


def test_a_payment_link_escapes_the_number() -> None:
    assert payment_link(
        "https://p.test/?n={invoice_number}", number="A/1 2", amount=Decimal(1), currency="USD"
    ).endswith("A%2F1%202")


def test_iban_prints_in_groups_of_four() -> None:
    assert grouped_iban("DE89370400440532013000") == "DE89 3704 0044 0532 0130 00"


def test_a_credit_note_is_negative_and_names_the_invoice() -> None:
    note = credit_document(
        sample(), number="CN-0001", amount=Decimal("270.63"), tax_share=Decimal("20.63"), issued_on=date(2026, 3, 22),
        reason="Broken vase",
    )  # fmt: skip
    sheet = printed(note)
    assert (note.subtotal, note.tax_amount, note.total_amount) == (
        Decimal("-250.00"),
        Decimal("-20.63"),
        Decimal("-270.63"),
    )
    assert sheet["title"] == "Credit note"
    assert {"label": "Corrects invoice", "value": "INV-0001"} in sheet["facts"]
    assert sheet["total"]["value"] == "-$270.63"
    assert sheet["payment"] == []


@pytest.mark.parametrize(
    ("label", "text", "line"), [("Cleaning", "House", "Cleaning: House"), ("Cleaning", " \n", "Cleaning")]
)
def test_a_line_names_service_and_description(label: str, text: str, line: str) -> None:
    assert line_text(label, text) == line
