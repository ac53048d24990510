"""A provider of voices and numbers behind the ports, held in memory: it keeps what it is told and fails as arranged."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from callout.features.calling.ports import (
    Chosen,
    Mode,
    NotThere,
    ProviderFailed,
    ProviderNumber,
    ProviderVoice,
    Speech,
    SpeechModel,
    Utterance,
    VoiceSample,
)
from callout.kit.db.work import Work
from tests.unit.calling.voices import sounds

STOCK = (
    ProviderVoice(external_id="rachel", name="Rachel", category="premade", language="en", labels={"gender": "female"},
                  verified_languages=("en", "de"), preview_url="https://voices.example/rachel.mp3"),
    ProviderVoice(external_id="hans", name="Hans", category="premade", language="de", labels={"gender": "male"}),
    ProviderVoice(external_id="somebody", name="Cloned elsewhere", category="cloned", is_own_clone=True),
)  # fmt: skip


@dataclass
class Provider:
    """One account.

    Attributes:
        trains_for: looks a clone needs until it is ready.
        fails: what the next calls raise, by operation.
        loses: how many clones are made without their answer arriving.
        gate: clones wait for it.
    """

    provider: str = "elevenlabs"
    mode: Mode = "live"
    key_id: str = "key-1"
    is_there: bool = True
    trains_for: int = 0
    fails: dict[str, list[ProviderFailed]] = field(default_factory=dict)
    loses: list[ProviderFailed] = field(default_factory=list)
    gate: asyncio.Event | None = None
    clones: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    spoken: list[Utterance] = field(default_factory=list)
    owned: list[ProviderNumber] = field(default_factory=list)

    async def voices_of(self, work: Work) -> Chosen[Any] | None:
        return Chosen(self, self.mode, self.key_id) if self.is_there else None

    speech_of = telephony_of = voices_of

    def made(self, operation: str) -> int:
        return self.asked.count(operation)

    async def stock_voices(self) -> list[ProviderVoice]:
        self._ask("stock_voices")
        return list(STOCK)

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
        self._ask("clone")
        if self.gate is not None:
            await self.gate.wait()
        external_id = f"voice-{len(self.clones) + 1}"
        self.clones[external_id] = {"name": name, "marker": marker, "samples": list(samples), "left": self.trains_for}
        if self.loses:
            raise self.loses.pop(0)
        return self._view(external_id)

    async def find_clone(self, marker: str) -> ProviderVoice | None:
        self._ask("find_clone")
        return next((self._view(key) for key, one in self.clones.items() if one["marker"] == marker), None)

    async def voice(self, external_id: str) -> ProviderVoice | None:
        self._ask("voice")
        if external_id not in self.clones:
            return None
        self.clones[external_id]["left"] -= 1
        return self._view(external_id)

    async def delete(self, external_id: str) -> bool:
        self._ask("delete")
        return self.clones.pop(external_id, None) is not None

    async def speak(self, utterance: Utterance) -> Speech:
        self._ask("speak")
        if utterance.voice not in self.clones and utterance.voice not in {one.external_id for one in STOCK}:
            raise NotThere("There is no such voice.")
        self.spoken.append(utterance)
        samples = 0.1 * np.sin(np.arange(int(22_050 * 1.5)) / 9).astype(np.float32)
        kind = "MP3" if utterance.format == "mp3" else "WAV"
        return Speech(audio=sounds.recorded(samples, kind), format=utterance.format, characters=len(utterance.text))

    async def stream(self, utterance: Utterance) -> AsyncIterator[bytes]:
        yield (await self.speak(utterance)).audio

    async def models(self) -> list[SpeechModel]:
        self._ask("models")
        return [SpeechModel(id="eleven_flash_v2_5", name="Flash v2.5", languages=("en", "de"), char_limit=40_000)]

    async def numbers(self) -> list[ProviderNumber]:
        self._ask("numbers")
        return list(self.owned)

    def _ask(self, operation: str) -> None:
        self.asked.append(operation)
        if planned := self.fails.get(operation):
            raise planned.pop(0)

    def _view(self, external_id: str) -> ProviderVoice:
        clone = self.clones[external_id]
        is_ready = clone["left"] <= 0
        return ProviderVoice(
            external_id=external_id,
            name=clone["name"],
            category="cloned",
            is_own_clone=True,
            status="ready" if is_ready else "training",
            progress_pct=100 if is_ready else 50,
            verified_languages=("en",),
        )
