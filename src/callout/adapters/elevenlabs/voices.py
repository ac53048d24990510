"""Voices of an ElevenLabs account: looked up, cloned at once from samples, deleted.

Source: ElevenLabs API reference, `GET /v2/voices`, `POST /v1/voices/add`, `GET` and `DELETE /v1/voices/{voice_id}`.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx

from callout.adapters.elevenlabs.reading import has_marker, marked, voice_of
from callout.adapters.elevenlabs.wire import DEFAULT_BASE_URL, Wire
from callout.features.calling.ports import NotThere, ProviderVoice, Unavailable, VoiceSample

PAGE_SIZE: Final = 100
"""The most voices of one page."""
MOST_PAGES: Final = 50
LOOK_TIMEOUT_S: Final = 20.0
CLONE_TIMEOUT_S: Final = 150.0
"""For 50 MB of samples on a slow line."""
_LABELS = ("language", "accent", "gender", "age")
"""The labels a clone may have."""


class ElevenLabsVoices:
    """Implements `VoiceProvider`.

    ElevenLabs does not know a request it has seen before; the marker of a clone is kept at the end of its description,
    and is looked for in the list of clones, newest first, which is current as soon as a clone was answered.
    """

    provider = "elevenlabs"

    def __init__(self, client: httpx.AsyncClient, *, api_key: str, base_url: str = DEFAULT_BASE_URL) -> None:
        """Takes the client, the key and where the provider answers."""
        self._wire = Wire(client, api_key=api_key, base_url=base_url)

    async def stock_voices(self) -> list[ProviderVoice]:
        """See `VoiceProvider.stock_voices`."""
        found = [voice_of(row) async for row in self._rows({})]
        return list({voice.external_id: voice for voice in found if voice is not None}.values())

    async def clone(
        self,
        name: str,
        samples: Sequence[VoiceSample],
        *,
        marker: str,
        description: str | None = None,
        labels: Mapping[str, str] | None = None,
        remove_noise: bool = False,
    ) -> ProviderVoice:
        """See `VoiceProvider.clone`."""
        told = await self._wire.ask(
            "POST",
            "/v1/voices/add",
            timeout_s=CLONE_TIMEOUT_S,
            data={
                "name": name,
                "description": marked(description, marker),
                "labels": json.dumps({key: value for key, value in (labels or {}).items() if key in _LABELS and value}),
                "remove_background_noise": "true" if remove_noise else "false",
            },
            files=[("files", (one.filename, one.audio, one.content_type)) for one in samples],
        )
        needs_check = isinstance(told, dict) and told.get("requires_verification") is True
        made = {
            **(told if isinstance(told, dict) else {}),
            "name": name,
            "category": "cloned",
            "description": description,
            "labels": dict(labels or {}),
            "voice_verification": {"requires_verification": needs_check},
        }
        if (voice := voice_of(made)) is None:
            raise Unavailable("ElevenLabs made a voice without naming it.", may_have_happened=True)
        return voice

    async def find_clone(self, marker: str) -> ProviderVoice | None:
        """See `VoiceProvider.find_clone`."""
        newest_first = {"category": "cloned", "sort": "created_at_unix", "sort_direction": "desc"}
        async for row in self._rows(newest_first):
            if has_marker(row, marker):
                return voice_of(row)
        return None

    async def voice(self, external_id: str) -> ProviderVoice | None:
        """See `VoiceProvider.voice`."""
        try:
            told = await self._wire.ask("GET", f"/v1/voices/{quote(external_id, safe='')}", timeout_s=LOOK_TIMEOUT_S)
        except NotThere:
            return None
        if (voice := voice_of(told)) is None:
            raise Unavailable("ElevenLabs gave an answer that describes no voice.")
        return voice

    async def delete(self, external_id: str) -> bool:
        """See `VoiceProvider.delete`."""
        try:
            await self._wire.ask("DELETE", f"/v1/voices/{quote(external_id, safe='')}", timeout_s=LOOK_TIMEOUT_S)
        except NotThere:
            return False
        return True

    async def _rows(self, asked: Mapping[str, str]) -> AsyncIterator[Any]:
        """The voices of all pages as they are told."""
        params = {"page_size": str(PAGE_SIZE), "include_total_count": "false", **asked}
        for _ in range(MOST_PAGES):
            told = await self._wire.ask("GET", "/v2/voices", timeout_s=LOOK_TIMEOUT_S, params=params)
            rows = told.get("voices") if isinstance(told, dict) else None
            if not isinstance(rows, list):
                raise Unavailable("ElevenLabs gave an answer that lists no voices.")
            for row in rows:
                yield row
            token = told.get("next_page_token")
            if told.get("has_more") is not True or not isinstance(token, str) or token == params.get("next_page_token"):
                return
            params["next_page_token"] = token
