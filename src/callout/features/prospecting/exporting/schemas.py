"""What is asked for in an export of prospecting."""

from typing import Literal

from callout.features.exports.schemas import NewExport
from callout.features.prospecting.schemas import Priority

ContactKind = Literal["contacts", "suppression", "consents", "decisions", "calls"]


class NewBusinessExport(NewExport):
    """Businesses; those with a phone unless told otherwise."""

    priority: list[Priority] | Priority | None = None
    include_uncallable: bool = False
    all: bool = False
    """Every field."""


class NewCallingExport(NewExport):
    """Rows of the calling side."""

    kind: ContactKind
