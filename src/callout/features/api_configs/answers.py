"""What an answer to a check means, where providers agree. Pure."""

from collections.abc import Mapping
from typing import Any, NoReturn

from callout.features.api_configs.ports import Answer, KeyRefused, Unclear

REFUSALS = frozenset({401, 403})


def members(answer: Answer, label: str, *, refusals: frozenset[int] = REFUSALS) -> Mapping[str, Any]:
    """The JSON object of a good answer.

    Args:
        answer: what came back.
        label: the provider's name.
        refusals: statuses by which this provider says that the credentials are wrong.

    Raises:
        KeyRefused: by status.
        Unclear: any other status, or a good one without a JSON object.
    """
    if answer.status in refusals:
        raise KeyRefused(f"{label} does not accept these credentials.", "Check them, or make new ones there.")
    if answer.status != 200:
        trouble(answer, label)
    if not isinstance(answer.body, Mapping):
        raise Unclear(f"{label} gave an answer that makes no sense.", "Check the address, or try again later.")
    return answer.body


def trouble(answer: Answer, label: str) -> NoReturn:
    """Says what an answer means that says nothing about the credentials.

    Raises:
        Unclear: always; what the provider wrote is not repeated, since it may hold what it was sent.
    """
    match answer.status:
        case 429:
            raise Unclear(f"{label} has too much to do right now.", "Try again in a minute.")
        case 408:
            raise Unclear(f"{label} waited too long for our request.", "Try again in a minute.")
        case status if 300 <= status < 400:
            raise Unclear(f"{label} answered with a redirection.", "Check the address.")
        case 404 | 405:
            raise Unclear(f"{label} does not know the page we asked for.", "Check the address.")
        case status if status >= 500:
            raise Unclear(f"{label} is having trouble itself (status {status}).", "Try again later.")
        case status:
            raise Unclear(f"{label} answered with status {status}.", "Check the address and the options.")


def number(value: Any) -> float | None:
    """A number, also one written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def text(value: Any) -> str | None:
    """A text that says something; None for anything else."""
    return value if isinstance(value, str) and value else None
