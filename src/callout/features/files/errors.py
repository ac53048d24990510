"""What files refuse, and why."""

from callout.kit.errors import Conflict, Gone, NotFound, Problem, TooLarge, UnsupportedMedia


class FileMissing(NotFound):
    """No such file for this principal."""

    default_detail = "There is no such file."


class FileTooLarge(TooLarge):
    """More bytes or pixels than the purpose allows."""

    code = "file_too_large"
    title = "File too large"
    default_detail = "The file is too large."


class TypeRefused(UnsupportedMedia):
    """The content is of a type the purpose does not take."""


class FileInUse(Conflict):
    """A document refers to the file."""

    code = "in_use"
    title = "In use"
    default_detail = "An invoice refers to this file, so it stays."


class LinkUnknown(NotFound):
    """The token of a link is forged or belongs to another file."""

    default_detail = "There is no such file."


class LinkExpired(Gone):
    """The link was good once."""

    code = "link_expired"
    title = "Link expired"
    default_detail = "This link has expired. Ask for a new one."


class RangeRefused(Problem):
    """The requested bytes lie outside the file (RFC 9110, 15.5.17)."""

    code = "malformed_request"
    status = 416
    title = "Range not satisfiable"
    default_detail = "The requested range lies outside the file."
