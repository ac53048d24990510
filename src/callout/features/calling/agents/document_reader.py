"""Reads one PDF or DOCX in a process of its own, started by `documents`: a hostile file can only end this process.

Input: the file on standard input, its kind as the only argument. Output: UTF-8 text on standard output. Exit status 3
and one line on standard error when the file cannot be read.
"""

import io
import sys
import zipfile
from typing import Any
from xml.parsers import expat

MAX_PAGES = 2000
MAX_XML_BYTES = 100 * 1024 * 1024
CPU_S = 60
MEMORY_BYTES = 1536 * 1024 * 1024
CANNOT_READ = 3
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class UnreadableError(Exception):
    """The file says no text; the message is for a person."""


def pdf_text(data: bytes) -> str:
    """The text of all pages, an empty line between them."""
    from pypdf import PdfReader  # noqa: PLC0415 - only this process needs it
    from pypdf.errors import PyPdfError  # noqa: PLC0415

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("The PDF is protected by a password.")
        if len(reader.pages) > MAX_PAGES:
            raise UnreadableError(f"The PDF has more than {MAX_PAGES} pages.")
        text = "\n\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableError("The PDF is damaged.") from error
    if not text.strip():
        raise UnreadableError("The PDF holds pictures of text but no text. Save it with its text recognised.")
    return text


def docx_text(data: bytes) -> str:
    """The paragraphs and table cells of the document's body, a line each (ECMA-376, WordprocessingML)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            xml = part.read(MAX_XML_BYTES + 1)
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError("The document is damaged.") from error
    if len(xml) > MAX_XML_BYTES:
        raise UnreadableError("The document is too large.")
    text = _Paragraphs().read(xml)
    if not text.strip():
        raise UnreadableError("The document holds no text.")
    return text


class _Paragraphs:
    """Collects runs of text; a document that declares entities is refused, since they may expand without end."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._in_text = 0

    def read(self, xml: bytes) -> str:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(xml, True)
        except expat.ExpatError as error:
            raise UnreadableError("The document is damaged.") from error
        return "".join(self._parts)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        match name.removeprefix(f"{_WORD} "):
            case "t":
                self._in_text += 1
            case "tab":
                self._parts.append(" ")
            case "br" | "cr":
                self._parts.append("\n")

    def _end(self, name: str) -> None:
        match name.removeprefix(f"{_WORD} "):
            case "t":
                self._in_text -= 1
            case "p":
                self._parts.append("\n")

    def _characters(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)

    def _entity(self, *_: Any) -> None:
        raise UnreadableError("The document declares entities, which is not allowed.")


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def main() -> int:
    """Reads standard input and answers."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        text = pdf_text(data) if sys.argv[1] == "pdf" else docx_text(data)
    except UnreadableError as error:
        sys.stderr.write(str(error))
        return CANNOT_READ
    except MemoryError:
        sys.stderr.write("The document is too large.")
        return CANNOT_READ
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
