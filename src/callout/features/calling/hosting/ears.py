"""Recognisers of live speech as a call uses them: what goes over their sockets, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec


class Words(msgspec.Struct, frozen=True):
    """What somebody says.

    Attributes:
        text: since the last final words; may be empty.
        is_final: the answer to a commit; else it may still change.
        language: ISO 639-1, where the recogniser tells it.
    """

    text: str
    is_final: bool
    language: str | None = None


class EarLostError(Exception):
    """A recogniser does not listen any more."""

    def __init__(self, reason: str, *, is_for_good: bool = False) -> None:
        """`is_for_good`: connecting again would not help."""
        super().__init__(reason)
        self.is_for_good = is_for_good


class Address(NamedTuple):
    """Where a socket is opened, and with which headers."""

    url: str
    headers: dict[str, str]


class Ear(Protocol):
    """One connection to a recogniser. It answers every commit with final words, in order.

    Attributes:
        provider: as in the provider configuration, such as deepgram.
        model: that listens, as its price is listed.
        answer_s: how long an answer may take.
        is_silence_an_answer: whether it does not answer where nothing was said; else it is lost when it does not.
    """

    provider: str
    model: str
    answer_s: float
    is_silence_an_answer: bool

    def address(self, language: str, *, may_be_others: bool) -> Address:
        """Where to connect for a language (ISO 639-1) that is spoken first, or only."""

    def audio(self, pcm: bytes) -> str | bytes:
        """The message that hands over audio, 16-bit PCM."""

    def commit(self) -> str:
        """The message that asks for the final words of what was handed over."""

    def alive(self) -> str:
        """The message that keeps the connection while there is no audio."""

    def read(self, message: str | bytes) -> Words | None:
        """The words of a message; None where it brings none.

        Raises:
            EarLostError: it says that it cannot go on.
        """

    def unanswered(self) -> Words:
        """Final words out of what was said so far, when a commit is not answered."""


MakeEar = Callable[[int], Ear]
"""Makes an ear for so many samples per second."""
