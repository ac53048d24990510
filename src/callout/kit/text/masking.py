"""Addresses and phones that can be recognised but not used."""

import re
from typing import Any, overload

from callout.kit.text.phones import mask_phone

_EMAIL_NAME = re.compile(r"(?:^|_)e?mail$")
_WORDS_NAME = re.compile(
    r"(?:^|_)(?:content|quote|quotes|description|details|work_needed|message|reason|summary|comments|text|transcript|value|"
    r"normalised|hits|evidence|special_requirements)$"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\(?\d(?:[ ().\-/]{0,3}\d){6,14}(?!\w)")
_PHONE_NAME = re.compile(r"(?:^|_)(?:phone|phone_number|to_number|from_number|whatsapp)$")


@overload
def mask_email(address: str) -> str: ...
@overload
def mask_email(address: None) -> None: ...
def mask_email(address: str | None) -> str | None:
    """An address that can be recognised but not written to: `anna@example.com` → `a•••@example.com`."""
    if not address:
        return address
    local, _, domain = address.partition("@")
    return f"{local[:1]}•••@{domain}"


def mask_words(text: str) -> str:
    """Speech or notes with the phones and e-mail addresses in them masked."""
    text = _EMAIL.sub(lambda found: mask_email(found[0]), text)
    return _PHONE.sub(lambda found: "•" * 7 + re.sub(r"\D", "", found[0])[-4:], text)


def mask_contact_details(value: Any) -> Any:
    """The value with every phone and e-mail address in it masked, at any depth.

    Members that hold one are known by their names; in those that hold words it is looked for.
    """
    match value:
        case dict():
            return {name: _masked_member(str(name), inner) for name, inner in value.items()}
        case list() | tuple():
            return [mask_contact_details(inner) for inner in value]
        case _:
            return value


def _masked_member(name: str, value: Any) -> Any:
    if isinstance(value, str) and value:
        if _EMAIL_NAME.search(name):
            return mask_email(value)
        if _PHONE_NAME.search(name):
            return mask_phone(value)
        if _WORDS_NAME.search(name):
            return mask_words(value)
    if isinstance(value, list | tuple) and _WORDS_NAME.search(name):
        return [mask_words(one) if isinstance(one, str) else mask_contact_details(one) for one in value]
    return mask_contact_details(value)
