"""Decompressing what strangers send, never further than a limit. Pure."""

import zlib

from callout.adapters.web_fetch.errors import TooLarge, Unreachable, WrongType

ACCEPTED = "gzip, deflate"
"""What we ask for: codings whose output can be stopped at any byte."""


class Inflater:
    """Takes a body as it arrives and keeps it decompressed, up to `limit` bytes."""

    def __init__(self, coding: str, limit: int) -> None:
        """`coding` is the Content-Encoding header.

        Raises:
            WrongType: a coding nobody asked for, or several at once.
        """
        self._limit = limit
        self._coding = coding.strip().lower()
        if self._coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise WrongType(f"the body is coded as {coding[:40]}, which was not asked for")
        self._inflate = None if self._coding in {"", "identity"} else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._body = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Takes the next bytes.

        Raises:
            TooLarge: the body is longer than the limit.
            Unreachable: it is not what its coding says.
        """
        room = self._limit - len(self._body)
        if self._inflate is None:
            self._body += chunk[: room + 1]
        elif not self._inflate.eof:  # what follows the end of a stream is padding
            self._body += self._inflated(chunk, room + 1)
        if len(self._body) > self._limit:
            raise TooLarge(f"it has more than {self._limit:,} bytes")

    def _inflated(self, chunk: bytes, room: int) -> bytes:
        assert self._inflate is not None
        try:
            return self._inflate.decompress(chunk, room)
        except zlib.error as error:
            if self._coding == "deflate" and not self._body:  # raw, without the zlib header, as some servers send it
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
                try:
                    return self._inflate.decompress(chunk, room)
                except zlib.error:
                    pass
            raise Unreachable("its compressed body cannot be read") from error

    def body(self) -> bytes:
        """All of it."""
        return bytes(self._body)
