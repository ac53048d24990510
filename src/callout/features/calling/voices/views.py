"""What voices show (API specification §9)."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from callout.features.calling.ports import ProviderVoice
from callout.features.calling.voices import store
from callout.features.calling.voices.choosing import stock_values
from callout.features.calling.voices.schemas import VoiceQuery
from callout.features.calling.voices.standing import is_licensed
from callout.features.calling.voices.stock import Stock
from callout.features.calling.voices.tables import Voice, VoiceLicence
from callout.features.prospecting.views import columns_of
from callout.kit.db.work import Work
from callout.kit.http.wire import timestamp

View = dict[str, Any]
_INSIDE = ("deleted_at", "training", "copy_training", "submitted_at", "training_until")


async def all_voices(work: Work, stock: Stock) -> list[View]:
    """The tenant's voices and those the provider offers, each once."""
    rows = await store.every(work)
    licences = await store.licences(work, [row.id for row in rows if row.kind == "cloned"])
    known = {row.id for row in rows}
    views = [voice_view(row, licences.get(row.id), work) for row in rows]
    offered = ((key, voice) for key, voice in stock.voices.items() if key not in known)
    return views + [stock_view(key, voice, stock) for key, voice in offered]


def voice_view(voice: Voice, licence: VoiceLicence | None, work: Work) -> View:
    """A voice with a row."""
    return columns_of(voice, *_INSIDE) | {
        "consent": consent_view(licence, work) if licence is not None else None,
        "warnings": list(voice.checks.get("warnings", [])),
    }


def stock_view(voice_id: UUID, voice: ProviderVoice, stock: Stock) -> View:
    """A voice of the provider that nobody in this tenant has used yet."""
    empty: View = {name: None for name in _members() if name not in _INSIDE}
    values = stock_values(voice, stock.provider or "elevenlabs")
    shown = {name: value for name, value in values.items() if name not in _INSIDE}
    return empty | shown | {"id": voice_id, "mode": stock.mode, "version": 1, "consent": None, "warnings": []}


def consent_view(licence: VoiceLicence, work: Work) -> View:
    """The speaker's agreement."""
    return {
        "speaker_name": licence.speaker_name,
        "relation": licence.relation,
        "scope": licence.scope,
        "statement": licence.statement,
        "audio_file_id": licence.audio_file_id,
        "audio_sha256": licence.audio_sha256,
        "attested_by": licence.attested_by,
        "attested_at": timestamp(licence.attested_at),
        "expires_at": timestamp(licence.expires_at),
        "withdrawn_at": timestamp(licence.withdrawn_at),
        "withdrawn_reason": licence.withdrawn_reason,
        "is_in_force": is_licensed(licence, work.now),
    }


def chosen(views: Iterable[View], wanted: VoiceQuery) -> list[View]:
    """Those that match, in the order asked for."""
    found = [view for view in views if _matches(view, wanted)]
    for name, falling in reversed(wanted.order()):
        found.sort(key=lambda view: _sort_key(view[name]), reverse=falling)
    return found


def _matches(view: Mapping[str, Any], wanted: VoiceQuery) -> bool:
    if wanted.status is None and view["status"] == "archived":
        return False
    for name in ("kind", "provider", "status"):
        if (asked := getattr(wanted, name)) and view[name] not in asked:
            return False
    if wanted.language and not any(_speaks(view, language) for language in wanted.language):
        return False
    words = f"{view['name']} {view['description'] or ''} {' '.join(map(str, view['labels'].values()))}".casefold()
    return wanted.q is None or wanted.q.casefold() in words


def _speaks(view: Mapping[str, Any], language: str) -> bool:
    """By the tag or, where the voice or the wish says only the base language, by that."""
    spoken = {view["language"].lower(), *(tag.lower() for tag in view["verified_languages"])}
    wanted = language.lower()
    return wanted in spoken or any(
        tag.partition("-")[0] == wanted.partition("-")[0] and ("-" not in tag or "-" not in wanted) for tag in spoken
    )


def _sort_key(value: Any) -> tuple[bool, Any]:
    return value is None, value.casefold() if isinstance(value, str) else value or ""


def _members() -> list[str]:
    return [column.key for column in Voice.__mapper__.column_attrs if column.key != "tenant_id"]
