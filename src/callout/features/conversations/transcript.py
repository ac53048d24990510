"""A conversation as text to read, as JSON rows, or as subtitles."""

from collections.abc import Sequence
from typing import Any

from callout.features.conversations.model import Turn
from callout.kit.http.wire import timestamp

_NAMES = {"agent": "Agent", "customer": "Customer", "system": "System"}
_DEFAULT_MS = 3000


def as_text(turns: Sequence[Turn]) -> str:
    """One line per turn, the speaker first."""
    return "\n".join(f"{_NAMES[turn.speaker]}: {turn.content}" for turn in turns)


def as_rows(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """One object per turn."""
    return [
        {
            "seq": turn.seq,
            "speaker": turn.speaker,
            "content": turn.content,
            "at": timestamp(turn.at),
            "offset_ms": turn.offset_ms,
        }
        for turn in turns
    ]


def as_srt(turns: Sequence[Turn]) -> str:
    """SubRip subtitles; a turn without a known length ends where the next one begins, at the latest after 3 s."""
    starts: list[int] = []
    for turn in turns:
        soonest = starts[-1] + 1 if starts else 0
        starts.append(max(turn.offset_ms if turn.offset_ms is not None else soonest + _DEFAULT_MS - 1, soonest))
    blocks = []
    for index, turn in enumerate(turns):
        following = starts[index + 1] if index + 1 < len(turns) else starts[index] + _DEFAULT_MS
        end = starts[index] + turn.duration_ms if turn.duration_ms else min(following, starts[index] + _DEFAULT_MS)
        span = f"{_srt_time(starts[index])} --> {_srt_time(end)}"
        blocks.append(f"{index + 1}\n{span}\n{_NAMES[turn.speaker]}: {turn.content}\n")
    return "\n".join(blocks)


def _srt_time(ms: int) -> str:
    seconds, milliseconds = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d},{milliseconds:03d}"
