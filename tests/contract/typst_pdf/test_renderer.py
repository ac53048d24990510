"""The typesetter keeps the promise of the port `PdfRenderer`."""

import io
from collections.abc import AsyncIterator
from decimal import Decimal

import pypdf
import pytest
from PIL import Image
from tests.unit.billing.samples import sample

from callout.adapters.typst_pdf import TypstRenderer
from callout.features.billing.document import Document
from callout.features.billing.printing import printed
from callout.features.billing.qr import BankDetails

LETTER, A4 = (612, 792), (595, 842)


@pytest.fixture
async def renderer() -> AsyncIterator[TypstRenderer]:
    made = TypstRenderer()
    yield made
    await made.close()


async def read(renderer: TypstRenderer, document: Document, images: dict[str, bytes] | None = None) -> pypdf.PdfReader:
    data = await renderer.render(printed(document), images or {})
    assert data.startswith(b"%PDF-")
    return pypdf.PdfReader(io.BytesIO(data))


def text_of(pdf: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def picture(size: tuple[int, int] = (2000, 1500), mode: str = "RGB", kind: str = "JPEG", red: int = 40) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, (red, 120, 200, 128)[: len(mode)]).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("template", ["modern", "classic", "vibrant"])
async def test_every_template_prints_customer_number_and_total(renderer: TypstRenderer, template: str) -> None:
    pdf = await read(renderer, sample(template=template))
    text = text_of(pdf)
    for expected in ("Anna Reyes", "INV-0001", "$270.63", "ORD-000123", "Bright Home Services"):
        assert expected.casefold() in text.casefold()
    assert len(pdf.pages) == 1


@pytest.mark.parametrize(("country", "size"), [("US", LETTER), ("DE", A4)])
async def test_paper_follows_the_country(renderer: TypstRenderer, country: str, size: tuple[int, int]) -> None:
    box = (await read(renderer, sample(country=country))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


@pytest.mark.parametrize("template", ["modern", "classic", "vibrant"])
async def test_photos_are_scaled_down_and_a_missing_one_leaves_no_hole(renderer: TypstRenderer, template: str) -> None:
    photos = (["b1", "b2"], ["a1", "gone"])
    images = {name: picture(red=red) for red, name in ((10, "b1"), (90, "b2"), (200, "a1"))} | {
        "logo": picture((400, 120), "RGBA", "PNG")
    }
    pdf = await read(renderer, sample(template=template, photos=photos, logo="logo"), images)
    widths = sorted(image.image.size[0] for page in pdf.pages for image in page.images if image.image)
    assert max(widths) <= 1200
    assert len([width for width in widths if width == 1200]) == 3
    assert "Before" in text_of(pdf)


async def test_eight_photos_fit_on_two_pages_at_most(renderer: TypstRenderer) -> None:
    names = [f"p{number}" for number in range(8)]
    images = {name: picture((900, 1600)) for name in names}
    pdf = await read(renderer, sample(template="classic", photos=(names[:4], names[4:])), images)
    assert len(pdf.pages) <= 2


async def test_bytes_that_are_no_picture_are_left_out(renderer: TypstRenderer) -> None:
    pdf = await read(renderer, sample(photos=(["b1"], [])), {"b1": b"<html>not a picture"})
    assert "Before" not in text_of(pdf)


@pytest.mark.parametrize(
    ("language", "country", "currency", "customer"),
    [
        ("hi", "IN", "INR", "अनीता"),
        ("ar", "SA", "SAR", "ليلى"),
        ("es", "US", "USD", "José Núñez"),
        ("he", "IL", "ILS", "דנה"),
    ],
)
async def test_other_scripts_are_set_with_real_glyphs(
    renderer: TypstRenderer, language: str, country: str, currency: str, customer: str
) -> None:
    pdf = await read(renderer, sample(language=language, country=country, currency=currency, customer=customer))
    fonts = {str(font.get_object()["/BaseFont"]) for page in pdf.pages for font in page["/Resources"]["/Font"].values()}
    assert not any("LastResort" in font for font in fonts)
    assert "INV-0001" in text_of(pdf)


async def test_hindi_words_are_in_the_text(renderer: TypstRenderer) -> None:
    missing = await renderer.warm_up()
    assert "Devanagari" not in missing
    assert "Arabic" not in missing
    assert "नकद" in text_of(await read(renderer, sample(language="hi", country="IN", currency="INR")))


async def test_a_preview_carries_its_watermark(renderer: TypstRenderer) -> None:
    assert "PREVIEW" in text_of(await read(renderer, sample(watermark="PREVIEW")))


async def test_a_sepa_code_is_drawn_for_euro_with_iban(renderer: TypstRenderer) -> None:
    bank = BankDetails(bank_name="Testbank", iban="DE89370400440532013000")
    document = sample(language="en", country="DE", currency="EUR", bank=bank, link=None)
    assert document.qr is not None
    assert document.qr.kind == "sepa"
    text = " ".join(text_of(await read(renderer, document)).split())
    assert "Scan to pay by bank transfer" in text
    assert "DE89 3704 0044 0532 0130 00" in text


async def test_hostile_text_is_printed_not_run(renderer: TypstRenderer) -> None:
    hostile = '#panic("x") $ * _ ` ]] #read("/etc/passwd") <b>'
    text = text_of(await read(renderer, sample(customer=hostile, description='#eval("1") \\ {}')))
    assert "panic" in text
    assert "root:" not in text


async def test_the_same_document_gives_the_same_content(renderer: TypstRenderer) -> None:
    first, second = [text_of(await read(renderer, sample())) for _ in range(2)]
    assert first == second


async def test_a_large_amount_and_a_long_description_stay_on_the_page(renderer: TypstRenderer) -> None:
    document = sample(price="9999999.99", description="Very long work " * 60, template="vibrant")
    assert document.total_amount > Decimal(10_000_000)
    text = text_of(await read(renderer, document))
    assert "$10,824,999.99" in text
