"""The text of a document."""

import asyncio
import sys

from charset_normalizer import from_bytes

from callout.features.calling.agents import document_reader
from callout.features.files.rules import DOCX, PDF

MAX_CHARACTERS = 1_000_000
READ_WITHIN_S = 90
_LINE = 200


class UnreadableDocument(Exception):  # noqa: N818 - an outcome with a reason
    """A document without text we can read; the message says what to do about it."""


async def text_of_document(data: bytes, content_type: str) -> str:
    """The text of a PDF, DOCX, Markdown or plain text file.

    Raises:
        UnreadableDocument: it is damaged, protected, has no text, or has too much.
    """
    if content_type in {PDF, DOCX}:
        text = await _read_apart(data, "pdf" if content_type == PDF else "docx")
    else:
        text = await asyncio.to_thread(_decoded, data)
    return checked(text)


def checked(text: str) -> str:
    """The text, if there is some and not too much.

    Raises:
        UnreadableDocument: otherwise.
    """
    if not text.strip():
        raise UnreadableDocument("There is no text in it.")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocument(f"It holds more than {MAX_CHARACTERS} characters. Divide it.")
    return text


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        best = from_bytes(data[: 256 * 1024]).best()
        return data.decode(best.encoding if best is not None else "latin-1", "replace")


async def _read_apart(data: bytes, kind: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        document_reader.__name__,
        kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(READ_WITHIN_S):
            out, err = await process.communicate(data)
    except TimeoutError:
        raise UnreadableDocument("It takes too long to read. Save it anew or divide it.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == document_reader.CANNOT_READ:
        raise UnreadableDocument(err.decode("utf-8", "replace")[:_LINE])
    if process.returncode != 0:
        raise UnreadableDocument("It cannot be read. Save it anew as PDF, DOCX or text.")
    return out.decode("utf-8", "replace")
