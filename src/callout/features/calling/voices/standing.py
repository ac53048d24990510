"""Whether a voice may be used, and why not (pure)."""

from datetime import datetime
from typing import Literal

from callout.features.calling.voices.tables import Voice, VoiceLicence

Reason = Literal["voice_missing", "voice_not_ready", "voice_unlicensed", "voice_of_simulator", "voice_of_other_key"]

STATES = {
    "awaiting_consent": ("processing", "archived"),
    "processing": ("training", "failed"),
    "training": ("ready", "failed"),
    "ready": ("training", "archived"),
    "failed": ("training", "archived"),
    "archived": (),
}
"""From each state of a voice to where (product specification §5.6)."""
AT_WORK = frozenset({"awaiting_consent", "processing", "training"})


def is_licensed(licence: VoiceLicence | None, now: datetime) -> bool:
    """Whether the speaker's agreement stands at a moment."""
    if licence is None or licence.withdrawn_at is not None:
        return False
    return licence.expires_at is None or licence.expires_at > now


def unusable(voice: Voice | None, licence: VoiceLicence | None, now: datetime) -> Reason | None:
    """Why a voice may not speak; None when it may."""
    if voice is None or voice.deleted_at is not None or voice.status == "archived":
        return "voice_missing"
    if voice.kind == "cloned" and not is_licensed(licence, now):
        return "voice_not_ready" if voice.status == "awaiting_consent" else "voice_unlicensed"
    if voice.status != "ready" or voice.external_id is None:
        return "voice_not_ready"
    return None
