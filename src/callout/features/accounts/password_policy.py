"""Which passwords are too easy to guess.

No breach corpus is shipped. A password is refused when it is one of the really common ones of `common_passwords.txt`
(digits and symbols around it, and the usual letter swaps, do not help), a repetition, a run along the alphabet, the
digits or a keyboard row, or made of the user's own e-mail, name or business.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from callout.features.accounts.errors import WeakPassword

if TYPE_CHECKING:
    from collections.abc import Iterable

ADMIN_MINIMUM = 10
VENDOR_MINIMUM = 8
MAXIMUM = 128

ROWS = (
    *("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn"),
    *("qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn", "1q2w3e4r5t6y7u8i9o0p"),
    *("abcdefghijklmnopqrstuvwxyz", "01234567890123456789"),
)
SWAPS = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i"}
)
RUN = 4
"""Length from which a stretch along a row counts as a run."""
MINIMUM_PART = 4
"""Length from which a word of the user's e-mail, name or business counts."""
MINIMUM_REST = 5
"""Characters that must be left besides such words."""


def check_password(password: str, *, minimum: int = ADMIN_MINIMUM, personal: Iterable[str | None] = ()) -> None:
    """Refuses a password that is too short, too long or too easy.

    Args:
        password: as typed; every character counts.
        minimum: 10 for the team, 8 for vendors.
        personal: e-mail, names and business of the user.

    Raises:
        WeakPassword: names the field `password` and the reason.
    """
    if problem := weakness(password, minimum=minimum, personal=personal):
        raise WeakPassword.at("password", problem, code="weak_password")


def weakness(password: str, *, minimum: int = ADMIN_MINIMUM, personal: Iterable[str | None] = ()) -> str | None:
    """What is wrong with a password in plain words, or None."""
    if not minimum <= len(password) <= MAXIMUM:
        return f"must have {minimum} to {MAXIMUM} characters"
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < 4 or _is_repetition(plain):
        return "repeats the same few characters"
    if _is_common(plain):
        return "is one of the most common passwords"
    if _outside_runs(plain) < RUN:
        return "follows the alphabet, the digits or a keyboard row"
    if _is_personal(plain, personal):
        return "is made of your e-mail, name or business"
    return None


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The shipped list: words, lower case, without digits."""
    return frozenset((files(__package__) / "common_passwords.txt").read_text(encoding="utf-8").split())


def _is_repetition(plain: str) -> bool:
    return any(plain == (plain[:size] * len(plain))[: len(plain)] for size in range(1, len(plain) // 3 + 1))


def _is_common(plain: str) -> bool:
    common = common_passwords()
    core = plain.strip("0123456789!?.,;:-_*#+@$%&() ")
    for form in (core, core.translate(SWAPS), plain.translate(SWAPS)):
        letters = re.sub(r"[^a-z]", "", form)
        half = letters[: len(letters) // 2]
        if letters in common or (half in common and letters == half * 2):
            return True
    return False


def _outside_runs(plain: str) -> int:
    """Characters left when every stretch along a row, either way, is taken out."""
    left = plain
    for row in ROWS:
        for direction in (row, row[::-1]):
            for size in range(min(len(direction), len(left)), RUN - 1, -1):
                for start in range(len(direction) - size + 1):
                    left = left.replace(direction[start : start + size], "")
    return len(left)


def _is_personal(plain: str, personal: Iterable[str | None]) -> bool:
    known = [unicodedata.normalize("NFKC", fact or "").casefold() for fact in personal]
    parts = {part for fact in known for part in (fact, *re.split(r"[@.\s_+-]+", fact)) if len(part) >= MINIMUM_PART}
    left = plain
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "")
    return left != plain and _outside_runs(re.sub(r"[\W_]", "", left)) < MINIMUM_REST
