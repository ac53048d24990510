"""Which model of which provider is asked, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from callout.features.calling.ports import Mode

DEFAULT_MODELS: Mapping[str, str] = {
    "openai": "gpt-4o-mini",
    "claude": "claude-haiku-4-5",
    "gemini": "gemini-2.5-flash",
    "grok": "grok-4-fast-non-reasoning",
    "local_llm": "default",
}
"""What is asked for where neither agent nor key names a model: the quick ones, for nobody waits long on the phone."""
_PREFIXES = {
    "claude-": "claude",
    "gemini-": "gemini",
    "grok-": "grok",
    "gpt-": "openai",
    "o1": "openai",
    "o3": "openai",
}


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wants of its model.

    Attributes:
        provider: asked first; None leaves it to the tenant's order.
        model: of that provider, or of the family its name tells.
        temperature: 0..2.
        max_tokens: of a reply.
    """

    provider: str | None = None
    model: str | None = None
    temperature: float = 0.7
    max_tokens: int = 1000


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A key there is: whether it is real, and the model named with it."""

    provider: str
    mode: Mode
    model: str | None = None


def family_of(model: str | None) -> str | None:
    """The provider a model's name belongs to; None when it does not tell."""
    name = (model or "").lower()
    return next((provider for prefix, provider in _PREFIXES.items() if name.startswith(prefix)), None)


def ranked(candidates: Sequence[Candidate], order: Sequence[str], wishes: Wishes) -> list[tuple[str, str]]:
    """(provider, model) in the order of asking. Simulators only where there is nothing real: the two never mix.

    Args:
        candidates: one for each provider with a key.
        order: of the tenant; providers missing in it come last.
        wishes: of the agent.
    """
    real = [one for one in candidates if one.mode == "live"] or list(candidates)
    places = {provider: place for place, provider in enumerate(order)}

    def rank(one: Candidate) -> tuple[bool, int]:
        return one.provider != wishes.provider, places.get(one.provider, len(places))

    return [(one.provider, _model(one, wishes)) for one in sorted(real, key=rank)]


def _model(one: Candidate, wishes: Wishes) -> str:
    family = family_of(wishes.model)
    is_theirs = family == one.provider if family else one.provider == wishes.provider
    if wishes.model and is_theirs:
        return wishes.model
    return one.model or DEFAULT_MODELS.get(one.provider, "default")
