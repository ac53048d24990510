"""What can go wrong while finding prospects."""

from callout.kit.errors import Conflict, FieldError, Unprocessable


class UnreadableFile(Unprocessable):
    """The file is no table; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, errors=[FieldError("file", message, "unreadable_file")])


class NotAScrapeJob(Conflict):
    """Files are read as fast as they can be; there is nothing to pause."""

    code = "invalid_transition"
    title = "Not possible for an import"
    default_detail = "An import of a file cannot be paused, resumed or stopped."
