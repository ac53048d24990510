"""What an agent may be made of: models, languages, defaults."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale, UnknownLocaleError

from callout.features.calling.agents.disclosure import DEFAULT_LINE
from callout.features.calling.agents.schemas import NewAgent
from callout.features.calling.agents.variables import VARIABLES
from callout.features.calling.ports import SpeechModel

View = dict[str, Any]
_MODEL: View = {"languages": [], "latency": None, "quality": None, "use_cases": [], "char_limit": None}


def options_view(offered: Sequence[SpeechModel] | None = None) -> View:
    """The choices of an agent.

    Args:
        offered: the speech models the tenant's key may use; None when the provider was not asked.
    """
    known = _data()
    tts = _tts_models(known["tts_models"], offered)
    spoken = sorted({language for model in tts for language in model["languages"]})
    return {
        "models": [
            {"id": model["id"], "name": model["name"], "provider": model["provider"], "kind": kind}
            for kind, models in (("tts", tts), ("llm", known["llm_models"]), ("stt", known["stt_models"]))
            for model in models
        ],
        "tts_models": tts,
        "llm_models": known["llm_models"],
        "languages": [{"code": code, "name": language_name(code)} for code in spoken],
        "variables": list(VARIABLES),
        "defaults": defaults(),
    }


def defaults() -> View:
    """What an agent has when nothing is said, and the disclosure line to begin with."""
    fields = {name: field for name, field in NewAgent.model_fields.items() if not field.is_required()}
    values = {name: field.get_default(call_default_factory=True) for name, field in fields.items()}
    return {**values, "language": "en", "disclosure_line": DEFAULT_LINE}


def language_name(code: str) -> str:
    """The English name of a language, the code itself for one that has none."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def _tts_models(known: Sequence[Mapping[str, Any]], offered: Sequence[SpeechModel] | None) -> list[View]:
    """Our knowledge of a model and the provider's, which wins; models the key may not use are left out."""
    rows = {model["id"]: {**_MODEL, **model} for model in known}
    if offered is None:
        return list(rows.values())
    views: list[View] = []
    for model in offered:
        ours = rows.get(model.id, {**_MODEL, "id": model.id, "provider": "elevenlabs"})
        told = {"name": model.name, "languages": list(model.languages), "char_limit": model.char_limit}
        views.append(ours | {name: value for name, value in told.items() if value})
    return views


@cache
def _data() -> dict[str, list[View]]:
    return tomllib.loads(files(__package__).joinpath("options.toml").read_text("utf-8"))
