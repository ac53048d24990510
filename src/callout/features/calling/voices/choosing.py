"""Choosing a voice: one with a row, or a stock voice that gets one by being chosen."""

from uuid import UUID

from callout.features.calling.errors import VoiceNotReady
from callout.features.calling.ports import ProviderVoice
from callout.features.calling.voices import store
from callout.features.calling.voices.standing import unusable
from callout.features.calling.voices.stock import Stock
from callout.features.calling.voices.tables import Voice
from callout.kit.db.work import Work

WORDS = {
    "voice_missing": "The voice was deleted.",
    "voice_not_ready": "The voice is not ready yet: {status}.",
    "voice_unlicensed": "The speaker's consent for this voice is missing, was withdrawn or has expired.",
}


async def voice_row(work: Work, voice_id: UUID, stock: Stock) -> Voice | None:
    """The voice with this id; a stock voice gets its row. None when there is no such voice.

    It stays as it is until the transaction ends.
    """
    row = await store.find(work, voice_id, share=True)
    offered = stock.voices.get(voice_id)
    if row is None and offered is not None and stock.provider is not None:
        row = await store.add_stock(work, {"id": voice_id, "mode": stock.mode, **stock_values(offered, stock.provider)})
    return row


async def ready_voice(work: Work, voice_id: UUID, stock: Stock) -> Voice | None:
    """The voice with this id, fit to speak; None when there is no such voice.

    Raises:
        VoiceNotReady: it is not ready, or its speaker does not agree (any more).
    """
    row = await voice_row(work, voice_id, stock)
    if row is None:
        return None
    licence = await store.licence_of(work, row.id) if row.kind == "cloned" else None
    reason = unusable(row, licence, work.now)
    if reason is not None:
        raise VoiceNotReady(WORDS[reason].format(status=row.status), reason=reason, voice_status=row.status)
    return row


def stock_values(voice: ProviderVoice, provider: str) -> dict[str, object]:
    """The members of a provider's own voice."""
    return {
        "name": voice.name[:80],
        "description": voice.description[:300] if voice.description else None,
        "kind": "stock",
        "provider": provider,
        "language": (voice.language or "en")[:16],
        "labels": dict(voice.labels),
        "external_id": voice.external_id,
        "status": "ready",
        "sample_file_ids": [],
        "checks": {},
        "progress_pct": 100,
        "usage_count": 0,
        "training": 0,
        "copy_training": 0,
        "verified_languages": list(voice.verified_languages),
        "preview_url": voice.preview_url,
        "category": voice.category[:40],
    }
