"""What SendGrid refuses in a mail, in its own words (API reference, "v3 Mail Send errors")."""

import base64
import binascii
import re
from typing import Any

_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
_EMAIL = re.compile(r"[^@\s<>\"(),:;\[\]\\]+@[^@\s.]+(\.[^@\s.]+)+")
_RESERVED = {
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
}


def first_fault(mail: Any) -> dict[str, str | None] | None:
    """The first thing wrong with a Mail Send body, as a member of its `errors`; None when it is acceptable."""
    if not isinstance(mail, dict):
        return _error("Bad Request", None, None)
    return _recipients(mail) or _sender(mail) or _subject(mail) or _content(mail) or _extras(mail)


def _recipients(mail: dict[str, Any]) -> dict[str, str | None] | None:
    parts = mail.get("personalizations")
    if not isinstance(parts, list) or not parts:
        return _error(
            "The personalizations field is required and must have at least one personalization.", "personalizations"
        )
    for index, part in enumerate(parts):
        to = part.get("to") if isinstance(part, dict) else None
        if not isinstance(to, list) or not to:
            return _error(
                "The to array is required for all personalization objects.",
                f"personalizations.{index}.to",
                "personalizations.to",
            )
        for place, address in enumerate(to):
            if not _EMAIL.fullmatch(str(address.get("email", ""))):
                field = f"personalizations.{index}.to.{place}.email"
                return _error("Does not contain a valid address.", field, "personalizations.to")
    return None


def _sender(mail: dict[str, Any]) -> dict[str, str | None] | None:
    sender = mail.get("from")
    if not isinstance(sender, dict) or "email" not in sender:
        return _error("The from object must be provided for every email send.", "from", "from")
    if not _EMAIL.fullmatch(str(sender["email"])):
        return _error("The from email does not contain a valid address.", "from.email", "from")
    return None


def _subject(mail: dict[str, Any]) -> dict[str, str | None] | None:
    if not mail.get("subject") and not all(part.get("subject") for part in mail["personalizations"]):
        return _error(
            (
                "The subject is required. You can get around this requirement if you use a template with a subject "
                "defined or if every personalization has a subject defined."
            ),
            "subject",
            "subject",
        )
    return None


def _content(mail: dict[str, Any]) -> dict[str, str | None] | None:
    parts = mail.get("content")
    if not isinstance(parts, list) or not parts:
        return _error(
            "Unless a valid template_id is provided, the content parameter is required.", "content", "content"
        )
    for index, part in enumerate(parts):
        if not part.get("value"):
            return _error(
                "The content value must be a string at least one character in length.",
                f"content.{index}.value",
                "content.value",
            )
    if len(parts) > 1 and parts[0].get("type") != "text/plain":
        return _error(
            "If present, text/plain and text/html may only be provided once, text/plain first.", "content", "content"
        )
    return None


def _extras(mail: dict[str, Any]) -> dict[str, str | None] | None:
    for index, attachment in enumerate(mail.get("attachments", [])):
        try:
            base64.b64decode(attachment["content"], validate=True)
        except (binascii.Error, KeyError, TypeError):
            return _error(
                "The attachment content must be base64 encoded.", f"attachments.{index}.content", "attachments.content"
            )
        if not attachment.get("filename"):
            return _error("The filename is required.", f"attachments.{index}.filename", "attachments.filename")
    for name in mail.get("headers", {}):
        if name.lower() in _RESERVED:
            return _error(f"The header {name} is reserved.", f"headers.{name}", "headers")
    return None


def _error(message: str, field: str | None, anchor: str | None = None) -> dict[str, str | None]:
    return {"message": message, "field": field, "help": f"{_HELP}{anchor}" if anchor else None}
