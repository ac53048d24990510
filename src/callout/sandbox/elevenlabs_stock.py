"""The voices every account of the ElevenLabs simulator may use, and how a voice is shown."""

import json
from typing import Any, Final

DEFAULT_SETTINGS: Final = {
    "stability": 0.5, "similarity_boost": 0.75, "style": 0.0, "use_speaker_boost": True, "speed": 1.0,
}  # fmt: skip
_MODELS = ["eleven_multilingual_v2", "eleven_turbo_v2_5", "eleven_flash_v2_5"]
_LANGUAGES: Final = "en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru"
_STOCK: Final = (
    # id, name, gender, age, accent, language, further languages, use case, words
    ("21m00Tcm4TlvDq8ikWAM", "Rachel", "female", "young", "american", "en", "de es fr", "conversational", "Calm"),
    ("SbxAdamTenorEnUs0001", "Adam", "male", "middle_aged", "american", "en", "es", "conversational", "Firm, friendly"),
    ("SbxClaraBerlinDe0002", "Clara", "female", "middle_aged", "standard", "de", "en", "customer_service", "Sachlich"),
    ("SbxHansWienDe0000003", "Hans", "male", "old", "austrian", "de", "", "narrative_story", "Warm und ruhig"),
    ("SbxLuciaMadrid000004", "Lucía", "female", "young", "peninsular", "es", "en", "conversational", "Alegre"),
    ("SbxMateoMexico000005", "Mateo", "male", "young", "mexican", "es", "en", "customer_service", "Directo"),
    ("SbxChloeParisFr00006", "Chloé", "female", "young", "parisian", "fr", "en", "conversational", "Posée"),
    ("SbxGiuliaRomaIt00007", "Giulia", "female", "middle_aged", "standard", "it", "", "conversational", "Chiara"),
    ("SbxOliverLondon00008", "Oliver", "male", "middle_aged", "british", "en", "fr de", "informative", "Crisp"),
    ("SbxPriyaMumbai000009", "Priya", "female", "young", "indian", "en", "hi", "customer_service", "Bright"),
    ("SbxRafaelPorto000010", "Rafael", "male", "middle_aged", "brazilian", "pt", "es", "conversational", "Próximo"),
    ("SbxYukiTokyoJa000011", "Yuki", "female", "young", "standard", "ja", "en", "conversational", "Polite"),
)  # fmt: skip


def stock_voices() -> dict[str, dict[str, Any]]:
    """The ready-made voices by id."""
    made = {}
    for voice_id, name, gender, age, accent, language, further, use_case, words in _STOCK:
        labels = {"accent": accent, "age": age, "gender": gender, "language": language, "use_case": use_case}
        voice = new_voice(voice_id, name, "premade", description=words, labels=labels, created_at=1_714_204_800)
        voice["verified_languages"] = [
            {"language": one, "model_id": model, "accent": accent, "locale": None, "preview_url": None}
            for one in (language, *further.split())
            for model in _MODELS[:2]
        ]
        made[voice_id] = voice
    return made


def new_voice(
    voice_id: str,
    name: str,
    category: str,
    *,
    description: str | None,
    labels: dict[str, str],
    created_at: int,
    samples: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """A voice as the service keeps it."""
    is_own = category != "premade"
    return {
        "voice_id": voice_id,
        "name": name,
        "samples": samples,
        "category": category,
        "fine_tuning": {
            "is_allowed_to_fine_tune": is_own,
            "state": {} if is_own else dict.fromkeys(_MODELS, "fine_tuned"),
            "verification_failures": [],
            "verification_attempts_count": 0,
            "manual_verification_requested": False,
            "language": labels.get("language"),
            "progress": {},
            "message": {},
            "dataset_duration_seconds": None,
            "verification_attempts": None,
        },
        "labels": labels,
        "description": description,
        "preview_url": None,
        "available_for_tiers": [],
        "settings": dict(DEFAULT_SETTINGS),
        "sharing": None,
        "high_quality_base_model_ids": list(_MODELS),
        "verified_languages": [],
        "safety_control": None,
        "voice_verification": {
            "requires_verification": False,
            "is_verified": False,
            "verification_failures": [],
            "verification_attempts_count": 0,
            "language": None,
            "verification_attempts": None,
        },
        "permission_on_resource": "admin" if is_own else None,
        "is_owner": is_own,
        "is_legacy": False,
        "is_mixed": False,
        "created_at_unix": created_at,
    }


def models() -> list[dict[str, Any]]:
    """The models of the service."""
    wide = _LANGUAGES.split()
    plan = (
        ("eleven_flash_v2_5", "Eleven Flash v2.5", [*wide, "hu", "no", "vi"], 40_000, 0.5, False),
        ("eleven_turbo_v2_5", "Eleven Turbo v2.5", [*wide, "hu", "no", "vi"], 40_000, 0.5, False),
        ("eleven_multilingual_v2", "Eleven Multilingual v2", wide, 10_000, 1.0, True),
        ("eleven_flash_v2", "Eleven Flash v2", ["en"], 30_000, 0.5, False),
        ("eleven_v3", "Eleven v3", [*wide, "hu", "no", "vi"], 5_000, 1.0, True),
    )
    return [
        {
            "model_id": model_id,
            "name": name,
            "can_be_finetuned": False,
            "can_do_text_to_speech": True,
            "can_do_voice_conversion": False,
            "can_use_style": style,
            "can_use_speaker_boost": style,
            "serves_pro_voices": False,
            "token_cost_factor": factor,
            "description": f"{name}, simulated.",
            "requires_alpha_access": False,
            "max_characters_request_free_user": 2_500,
            "max_characters_request_subscribed_user": most,
            "maximum_text_length_per_request": most,
            "languages": [{"language_id": code, "name": code} for code in languages],
            "model_rates": {"character_cost_multiplier": factor},
            "concurrency_group": "turbo" if factor < 1 else "standard",
        }
        for model_id, name, languages, most, factor, style in plan
    ] + [_listener("eleven_english_sts_v2", "Eleven English v2")]


def labels_of(sent: str | None) -> dict[str, str]:
    """The labels of a form: a JSON object as text; anything else is none."""
    try:
        told = json.loads(sent or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in told.items() if value} if isinstance(told, dict) else {}


def _listener(model_id: str, name: str) -> dict[str, Any]:
    return {
        "model_id": model_id,
        "name": name,
        "can_do_text_to_speech": False,
        "can_do_voice_conversion": True,
        "languages": [{"language_id": "en", "name": "English"}],
    }
