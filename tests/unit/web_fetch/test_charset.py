"""Pages are decoded as browsers would."""

import pytest

from callout.adapters.web_fetch.charset import decoded

TEXT = "<p>Grüße aus Kraków</p>"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (TEXT.encode(), "text/html; charset=utf-8", TEXT),
        (TEXT.encode(), "text/html", TEXT),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=latin-1", TEXT),
        (TEXT.encode("utf-16"), "text/html", TEXT),
        (TEXT.encode("iso-8859-2"), "text/html; charset=ISO-8859-2", TEXT),
        ("<p>Grüße “x”</p>".encode("cp1252"), 'text/html; charset="iso-8859-1"', "<p>Grüße “x”</p>"),
        (
            '<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"),
            "",
            '<meta charset="windows-1251"><p>Привет</p>',
        ),
        (
            b'<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">' + "会社".encode("shift_jis"),
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=shift_jis">会社',
        ),
        ("<p>中文</p>".encode("gb18030"), "text/html; charset=gb2312", "<p>中文</p>"),
        (b"<meta charset=utf-16><p>x</p>", "", "<meta charset=utf-16><p>x</p>"),
        (b"<p>x</p>", "text/html; charset=no-such-thing", "<p>x</p>"),
        (b"", "", ""),
    ],
)
def test_the_encoding_is_found(body, content_type, expected):
    assert decoded(body, content_type) == expected


def test_bytes_without_a_declaration_are_guessed():
    body = "<p>" + "Grüße und schöne Tage in München, für jeden etwas. " * 20
    assert "München" in decoded(body.encode("cp1252"), "text/html")


def test_what_cannot_be_read_is_marked():
    assert "\ufffd" in decoded(b"<p>\xff\xfe\xfa</p>", "text/html; charset=utf-8")
