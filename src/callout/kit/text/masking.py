"""Addresses and phones that can be recognised but not used."""

import re
from typing import Any, overload

from callout.kit.text.phones import mask_phone

_EMAIL_NAME = re.compile(r"(?:^|_)e?mail$")
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


def mask_contact_details(value: Any) -> Any:
    """The value with every phone and e-mail address in it masked, found by the members' names, at any depth."""
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
    return mask_contact_details(value)
