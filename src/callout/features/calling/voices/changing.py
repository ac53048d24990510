"""Moves a voice from state to state and tells it."""

from collections.abc import Sequence

from callout.features.calling.errors import InvalidTransition
from callout.features.calling.events import VoiceStatusChanged
from callout.features.calling.voices.standing import STATES
from callout.features.calling.voices.tables import Voice
from callout.kit.db.work import Work


def check_transition(voice: Voice, to: str) -> None:
    """Refuses what the states of a voice do not allow.

    Raises:
        InvalidTransition: told with those they do allow.
    """
    allowed = STATES[voice.status] if voice.kind == "cloned" else ()
    if to not in allowed:
        words = (
            f"A voice that is {voice.status} cannot become {to}."
            if voice.kind == "cloned"
            else "This voice belongs to the provider; only cloned voices change."
        )
        raise InvalidTransition(words, at=voice.status, to=to, allowed=allowed)


async def move(work: Work, voice: Voice, to: str, *, reason: str | None = None, stopped: Sequence[str] = ()) -> None:
    """Moves a voice; the same state again changes nothing.

    Args:
        work: the transaction.
        voice: locked.
        to: its next state.
        reason: what went wrong, for a person.
        stopped: ids of agents that stopped by it.
    """
    if voice.status == to:
        return
    before, voice.status = voice.status, to
    voice.failure_reason = reason[:200] if reason else None
    if to in {"ready", "failed", "archived"}:
        voice.progress_pct = 100 if to == "ready" else 0
    await work.session.flush()
    await work.publish(
        VoiceStatusChanged(
            noun_id=voice.id,
            name=voice.name,
            status=to,
            previous=before,
            failure_reason=voice.failure_reason,
            agents_stopped=tuple(stopped),
        )
    )
