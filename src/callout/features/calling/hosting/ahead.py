"""Speech made before it is needed: the first words of a call sound at once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from callout.features.calling.ports import ProviderFailed, SpeechSynthesis, Utterance
from callout.features.files.ports import ObjectMissingError, ObjectStore

_log = logging.getLogger(__name__)
_MOST_KEPT = 300
_PREFIX = "speech-ahead"
KEPT = timedelta(days=2)


class SpeechAhead:
    """Makes and remembers speech: in this process, and in the object store for all of them."""

    def __init__(self, objects: ObjectStore) -> None:
        """Takes where audio is kept."""
        self._objects = objects
        self._recent: OrderedDict[str, bytes] = OrderedDict()

    async def audio_of(
        self, tenant_id: UUID, speech: SpeechSynthesis, utterances: Sequence[Utterance], now: datetime
    ) -> dict[str, bytes]:
        """Text → its audio, in the format asked for; what could not be made is left out.

        Args:
            tenant_id: audio is not shared among tenants.
            speech: the provider.
            utterances: what to say, and how.
            now: aware UTC.
        """
        made = await asyncio.gather(*(self._one(tenant_id, speech, one, now) for one in utterances))
        return {one.text: audio for one, audio in zip(utterances, made, strict=True) if audio}

    async def sweep(self, now: datetime) -> int:
        """Removes what was made more than two days ago; returns how much it was."""
        old = [one.key async for one in self._objects.walk(f"{_PREFIX}/") if one.written_at < now - KEPT]
        await self._objects.delete(old)
        return len(old)

    async def _one(self, tenant_id: UUID, speech: SpeechSynthesis, utterance: Utterance, now: datetime) -> bytes:
        mark = hashlib.sha256(msgspec.json.encode((speech.provider, utterance))).hexdigest()
        for day in (now, now - timedelta(days=1)):
            key = _key(tenant_id, day, mark)
            if (known := self._recent.get(key)) is not None or (known := await self._stored(key)) is not None:
                self._remember(key, known)
                return known
        try:
            audio = (await speech.speak(utterance)).audio
        except ProviderFailed as failure:
            _log.warning("The first words could not be made ahead: %s", failure.message)
            return b""
        key = _key(tenant_id, now, mark)
        self._remember(key, audio)
        await self._objects.put(key, audio, "application/octet-stream")
        return audio

    async def _stored(self, key: str) -> bytes | None:
        try:
            return b"".join([part async for part in self._objects.read(key)])
        except ObjectMissingError:
            return None

    def _remember(self, key: str, audio: bytes) -> None:
        self._recent[key] = audio
        self._recent.move_to_end(key)
        while len(self._recent) > _MOST_KEPT:
            self._recent.popitem(last=False)


def _key(tenant_id: UUID, day: datetime, mark: str) -> str:
    return f"{_PREFIX}/{day:%Y-%m-%d}/{tenant_id}/{mark}"
