"""What triggers refuse."""

from typing import Any, Self

from callout.kit.errors import Conflict, NotFound, Problem


class RuleNotFound(NotFound):
    """No such rule in this tenant."""

    default_detail = "There is no such trigger rule."


class TriggerEventNotFound(NotFound):
    """No such trigger event in this tenant."""

    default_detail = "There is no such trigger event."


class EventClosed(Conflict):
    """A trigger event that is over cannot be changed."""

    code = "invalid_transition"
    title = "Already closed"
    default_detail = "This trigger event is no longer active."

    @classmethod
    def from_status(cls, status: str) -> Self:
        """The refusal with the members every refused transition has."""
        members: dict[str, Any] = {"from": status, "allowed": []}
        return cls(**members)


class EventHasOrder(Conflict):
    """One conversation leads to one order."""

    code = "already_exists"
    title = "There is an order"
    default_detail = "This conversation has led to an order already."


class LanguageModelMissing(Problem):
    """A draft by a language model was demanded, and none is configured."""

    code = "API_KEYS_REQUIRED"
    status = 403
    title = "Provider keys required"
    default_detail = "No language model is configured."
    remedy = "Store the key of a language model, or leave `require_llm` out to draft from the templates."
