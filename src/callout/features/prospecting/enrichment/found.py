"""What was found on a website, page by page and altogether. Pure data."""

from typing import Literal

import msgspec

Where = Literal["data", "link", "text"]
"""Told as structured data, as a link, or in running text: in this order it is believed."""


class Mention(msgspec.Struct, frozen=True):
    """An address or number as a page tells it."""

    value: str
    where: Where


class PageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What one page tells, in the order of its text.

    Attributes:
        profiles: (network, canonical address).
        phones: as written.
        hours: day (mon … sun) → text.
        links: addresses on the page with their words; absolute.
        onward: where the page itself sends its reader (`refresh`), or what it shows inside itself (frames).
    """

    emails: list[Mention] = []
    profiles: list[tuple[str, str]] = []
    phones: list[Mention] = []
    hours: dict[str, str] | None = None
    links: list[tuple[str, str]] = []
    onward: list[str] = []


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a website tells about its business, the best of each.

    Attributes:
        is_own: whether the e-mail address is of the website's own domain.
        phone: E.164.
    """

    email: str | None = None
    is_own: bool = False
    social: dict[str, str] = {}
    phone: str | None = None
    hours: dict[str, str] | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.email or self.social or self.phone or self.hours)
