"""What can go wrong while finding prospects."""

from callout.kit.errors import FieldError, Unprocessable


class UnreadableFile(Unprocessable):
    """The file is no table; the message says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message, errors=[FieldError("file", message, "unreadable_file")])
