"""The text of a page whose bytes may be in any encoding. Pure.

The order is that of the HTML standard ("determining the character encoding"): byte order mark, header, declaration in
the first 1,024 bytes; then UTF-8 if it fits, else a guess from the bytes.
"""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""<(?:meta|\?xml)\b[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?([\w:.-]{1,40})""", re.IGNORECASE)
_SUPERSETS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""What browsers read instead of an encoding that is named (WHATWG Encoding, "names and labels")."""
_GUESS_FROM = 20_000


def decoded(body: bytes, content_type: str) -> str:
    """The body as text; what cannot be read becomes U+FFFD."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    declared = _IN_HEADER.search(content_type)
    name = declared.group(1) if declared else None
    if name is None and (inside := _DECLARED.search(body[:1024])):
        name = inside.group(1).decode("ascii")
    if encoding_named := _known(name):
        return body.decode(encoding_named, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(body[:_GUESS_FROM]).best()
        return body.decode(guess.encoding if guess else "cp1252", "replace")


def _known(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        known = codecs.lookup(name).name
    except LookupError:
        return None
    known = _SUPERSETS.get(known, known)
    return "utf-8" if known.startswith("utf-16") else known  # a declaration that could be read is not UTF-16
