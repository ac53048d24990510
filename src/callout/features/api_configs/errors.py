"""Refusals about provider credentials."""

from callout.kit.errors import NotFound


class UnknownProvider(NotFound):
    default_detail = "There is no such provider."
