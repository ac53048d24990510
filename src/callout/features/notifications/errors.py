"""Refusals of notifications."""

from callout.kit.errors import Conflict, NotFound, Unprocessable


class NoSuchTemplate(NotFound):
    """A text that is never sent."""

    default_detail = "There is no message of this key on this channel."


class BadTemplateVariable(Unprocessable):
    """A text that names what does not exist."""

    code = "bad_template_variable"
    title = "Unknown variable"


class CannotResend(Conflict):
    """A message that cannot go out again."""

    code = "invalid_transition"
    title = "Cannot be resent"
    default_detail = "Only failed, sent or delivered messages with an address can be sent again."


class NoOrder(Unprocessable):
    """An action on a notification that is not about an order."""

    default_detail = "This notification is not about an order."
