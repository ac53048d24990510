"""Addresses that can be recognised but not used."""

from callout.kit.text.phones import mask_phone


def masked_address(address: str | None) -> str | None:
    """`anna@example.com` → `a•••@example.com`; a phone keeps its country code and last four digits."""
    if not address:
        return None
    name, at, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}" if at else mask_phone(address)
