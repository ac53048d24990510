"""What calls refuse, and why."""

from callout.features.calling.errors import InvalidTransition
from callout.kit.errors import Conflict, TooMany, Unprocessable


class NotDialable(Unprocessable):
    """The rules before every dial forbid this call; carries `reason` (product specification §10.1) and `retry_at`."""

    code = "not_dialable"
    title = "This call may not be made"


class ConcurrencyLimit(TooMany):
    code = "concurrency_limit"
    title = "Too many calls at once"
    default_detail = "As many calls as the plan allows are running; wait until one has ended."


class NotLive(InvalidTransition):
    """The call is not running, so there is nothing to steer."""


class NobodyListens(Conflict):
    """No process holds the audio of this call."""

    code = "invalid_transition"
    title = "Not possible in this state"
    default_detail = "The audio of this call is not connected, so it can only be ended."


class TooManyListeners(TooMany):
    code = "too_many_listeners"
    title = "Too many listen"
    default_detail = "As many people listen to calls as one process can serve; try again in a moment."


class NoRecording(Conflict):
    code = "no_recording"
    title = "No recording"
    default_detail = "This call was not recorded, or its recording was deleted."
