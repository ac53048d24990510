"""What can go wrong while finding prospects."""

from callout.kit.errors import Conflict, Unprocessable


class UnreadableFile(Unprocessable):
    code = "unreadable_file"
    title = "Unreadable file"
    default_detail = "The file cannot be read as a table."


class NotAwaiting(Conflict):
    code = "invalid_transition"
    title = "Not possible now"


class InvalidPhone(Unprocessable):
    code = "invalid_phone"
    title = "Not a phone number"
    default_detail = "phone: not a valid phone number"
