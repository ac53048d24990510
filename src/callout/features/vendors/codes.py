"""Invite codes ``VND-XXXXXX``: made of letters and digits nobody mixes up. Pure."""

import re
from collections.abc import Callable, Sequence

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 6
_TYPED = re.compile(rf"VND-?([{ALPHABET}]{{{LENGTH}}})")


def make_code(choose: Callable[[Sequence[str]], str]) -> str:
    """A new code; `choose` picks one of a sequence (``secrets.choice``)."""
    return "VND-" + "".join(choose(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code somebody typed, in any case, with or without the dash; None when it cannot be one."""
    found = _TYPED.fullmatch(typed.strip().upper())
    return f"VND-{found[1]}" if found else None
