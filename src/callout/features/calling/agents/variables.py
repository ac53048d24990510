"""The variables in an agent's words, such as `{contact_name}` (pure)."""

import re
from collections.abc import Mapping

VARIABLES = ("contact_name", "business_name", "tenant_name", "agent_name", "service")
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


def variables_in(text: str) -> list[str]:
    """The names in braces, in their order, each once. Braces around anything but one word are no variables."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def unknown_variables(text: str) -> list[str]:
    """Those that do not exist."""
    return [name for name in variables_in(text) if name not in VARIABLES]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables replaced; one without a value leaves nothing, nor a space before it."""
    replaced = _PLACE.sub(lambda place: values.get(place[1], "") if place[1] in VARIABLES else place[0], text)
    return re.sub(r" +([.,;:!?])", r"\1", re.sub(r" {2,}", " ", replaced)).strip()
