"""Texts compared without case, spaces and punctuation. Pure."""


def folded(text: str) -> str:
    """Letters and digits only, without case: `Phone No.` and `phone_no` are the same."""
    return "".join(character for character in text.casefold() if character.isalnum())
