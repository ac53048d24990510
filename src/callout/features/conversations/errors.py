"""Refusals of conversations."""

from typing import Any, cast

from callout.features.conversations.intake_model import CALLING_SYSTEMS
from callout.kit.errors import Conflict, Forbidden, Gone, Unauthenticated, Unprocessable, UpstreamTimeout


class UnsupportedCallingSystem(Unprocessable):
    """A conversation from a system nobody knows here."""

    code = "unsupported_calling_system"
    title = "Unknown calling system"

    def __init__(self, given: str) -> None:
        allowed = ", ".join(CALLING_SYSTEMS)
        super().__init__(f"calling_system: {given!r} is not supported; it must be one of {allowed}")


class WordsGone(Gone):
    """Something that needs the words of a talk whose words are not kept any more."""

    default_detail = "The words of this conversation were removed when they were as old as the settings allow."


class BadSignature(Unauthenticated):
    """A webhook that the provider did not sign with our secret."""

    code = "bad_signature"
    title = "Bad signature"
    default_detail = "The signature does not match the body."


class StaleTimestamp(Unauthenticated):
    """A signed webhook sent too long ago, or in the future."""

    code = "stale_timestamp"
    title = "Stale timestamp"
    default_detail = "The signature is more than five minutes old."


class WrongVerifyToken(Forbidden):
    """A challenge with somebody else's token."""

    default_detail = "The verify token is not this tenant's."


class StillRunning(Conflict):
    """The call goes on."""

    code = "in_use"
    title = "Still running"
    default_detail = "The conversation is still going on. End it first."


class InProcessing(Conflict):
    """The analysis of this conversation is under way."""

    code = "request_in_progress"
    title = "Processing"
    default_detail = "The conversation is being processed. Wait for it to finish."


class CallOver(Conflict):
    """A turn for a call that has ended."""

    code = "invalid_transition"
    title = "Call over"
    default_detail = "The conversation has ended; reprocess it instead."

    def __init__(self, status: str) -> None:
        super().__init__(**cast("Any", {"from": status, "to": "active", "allowed": []}))


class ProcessingTooSlow(UpstreamTimeout):
    """The caller waited long enough; the work goes on."""

    default_detail = "Processing takes longer than usual and goes on. Read the conversation later."
