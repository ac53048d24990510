"""Texts compared without case, spaces and punctuation. Pure."""

import re

_OTHER = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Letters and digits only, without case: `Phone No.` and `phone_no` are the same."""
    return _OTHER.sub("", text.casefold())
