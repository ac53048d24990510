"""Documents are read in a process of their own; what cannot be read says why."""

import io
import zipfile

import pytest

from callout.features.calling.agents import documents
from callout.features.calling.agents.documents import UnreadableDocument, text_of_document
from callout.features.files.rules import DOCX, PDF

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(xml: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", xml)
    return out.getvalue()


def pdf(*lines: str) -> bytes:
    """The smallest PDF with a page of text."""
    words = " T* ".join(f"({line}) Tj" for line in lines)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {words} ET"
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 6\n0000000000 65535 f \n{table}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF"
    return data + end.encode()


async def test_a_pdf_says_its_lines() -> None:
    text = await text_of_document(pdf("Deep clean: 180 dollars", "Windows: 5 dollars"), PDF)
    assert text.split("\n") == ["Deep clean: 180 dollars", "Windows: 5 dollars"]


async def test_a_word_document_says_its_paragraphs_and_cells() -> None:
    xml = (
        f"<w:document {WORD}><w:body><w:p><w:r><w:t>Deep</w:t></w:r><w:r><w:t xml:space='preserve'> clean</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>180</w:t><w:tab/><w:t>dollars</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "</w:body></w:document>"
    )
    assert (await text_of_document(docx(xml), DOCX)).split("\n") == ["Deep clean", "180 dollars", ""]


async def test_plain_text_is_read_in_the_encoding_it_has() -> None:
    assert await text_of_document("\ufeffPréis: 5 €".encode(), "text/plain") == "Préis: 5 €"
    latin = "Die Reinigung kostet fünf Euro und die Tür öffnet sich für Gäste.".encode("latin-1") * 5
    assert "fünf Euro" in await text_of_document(latin, "text/plain")


@pytest.mark.parametrize(
    ("data", "kind", "why"),
    [
        (b"%PDF-1.4\nnothing of the kind", PDF, "damaged"),
        (pdf(), PDF, "no text"),
        (b"PK\x03\x04 no archive", DOCX, "damaged"),
        (docx(f"<w:document {WORD}/>"), DOCX, "no text"),
        (docx("<w:document"), DOCX, "damaged"),
        (docx(f'<!DOCTYPE x [<!ENTITY a "aaaa">]><w:document {WORD}><w:t>&a;</w:t></w:document>'), DOCX, "entities"),
        (b"   \n ", "text/plain", "no text"),
        (b"a" * 1_000_001, "text/plain", "Divide"),
    ],
)
async def test_what_cannot_be_read_says_why(data: bytes, kind: str, why: str) -> None:
    with pytest.raises(UnreadableDocument, match=why):
        await text_of_document(data, kind)


async def test_a_document_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "READ_WITHIN_S", 0.01)
    with pytest.raises(UnreadableDocument, match="too long"):
        await text_of_document(pdf("Hello"), PDF)
