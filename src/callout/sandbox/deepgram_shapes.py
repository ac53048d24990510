"""Transcripts as Deepgram tells them, live and of recordings. Pure. Source: Deepgram API reference, "Listen"."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from callout.kit.ids import uuid7
from callout.sandbox.marked_speech import Heard
from callout.sandbox.vowels import LETTER_S

MODEL_ID: Final = "40bd3654-e622-47c4-a111-63a61b23bfe8"
SURE: Final = 0.99


def alternative(heard: Sequence[Heard], rate: int) -> dict[str, Any]:
    """What was said, with every word's time."""
    words = [_word(one, rate) for one in heard]
    text = "".join(one.text for one in heard).strip()
    return {"transcript": text, "confidence": SURE if text else 0.0, "words": words}


def results(
    heard: Sequence[Heard], *, rate: int, start_s: float, end_s: float, request_id: str, model: str, **facts: bool
) -> dict[str, Any]:
    """One message of a live transcript; `facts` are is_final, speech_final and from_finalize."""
    return {
        "type": "Results",
        "channel_index": [0, 1],
        "start": round(start_s, 3),
        "duration": round(end_s - start_s, 3),
        **facts,
        "channel": {"alternatives": [alternative(heard, rate)]},
        "metadata": {
            "request_id": request_id,
            "model_info": {"name": model, "version": "2025-01-09.0", "arch": model.partition("-general")[0]},
            "model_uuid": MODEL_ID,
        },
    }


def metadata(request_id: str, seconds: float, audio: bytes = b"", channels: int = 1) -> dict[str, Any]:
    """What is told of audio that is over."""
    return {
        "transaction_key": "deprecated",
        "request_id": request_id,
        "sha256": hashlib.sha256(audio).hexdigest(),
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "duration": round(seconds, 3),
        "channels": channels,
    }


def recorded(channels: Sequence[Sequence[Heard]], *, rate: int, seconds: float, audio: bytes) -> dict[str, Any]:
    """The transcript of a recording."""
    told = metadata(str(uuid7()), seconds, audio, len(channels))
    info = {MODEL_ID: {"name": "general-nova-3", "version": "2025-01-09.0", "arch": "nova-3"}}
    return {
        "metadata": {**told, "models": [MODEL_ID], "model_info": info},
        "results": {"channels": [{"alternatives": [alternative(heard, rate)]} for heard in channels]},
    }


def _word(one: Heard, rate: int) -> dict[str, Any]:
    said = one.text.strip()
    end = one.at / rate - LETTER_S * (len(one.text) - len(one.text.rstrip()))
    plain = said.strip(".,;:!?\"'()").lower() or said
    start = round(max(0.0, end - LETTER_S * len(said)), 3)
    return {"word": plain, "start": start, "end": round(end, 3), "confidence": SURE, "punctuated_word": said}
