"""A telephone exchange behind the port, and the rules before a dial, held in memory: they do what a test arranged."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

import msgspec

from callout.features.api_configs.providers import PROVIDERS
from callout.features.api_configs.resolving import ProviderAccess
from callout.features.api_configs.specs import ProviderRegistry
from callout.features.api_configs.standing import Rehearsal
from callout.features.calling.calls.desk import CallDesk
from callout.features.calling.calls.ports import Addresses, DialQuestion, Verdict
from callout.features.calling.ports import (
    Chosen,
    Conference,
    Instruction,
    Mode,
    NotThere,
    OutgoingCall,
    ProviderCall,
    ProviderFailed,
    ProviderNumber,
    Recording,
)
from callout.features.files.service import Files
from callout.features.plans.limits import PlanLimits
from callout.kit.db.work import Work
from callout.kit.secrets import Sealer


@dataclass
class Exchange:
    """One account.

    Attributes:
        fails: what the next requests raise, by operation.
        swallows: what is raised after a call was made all the same.
        hides: looks at `calls_to` that show nothing.
    """

    provider: str = "twilio"
    mode: Mode = "live"
    calls_per_second: float = 100.0
    is_there: bool = True
    options: Mapping[str, Any] = field(default_factory=lambda: {"from_number": "+12175550100"})
    fails: dict[str, list[ProviderFailed]] = field(default_factory=dict)
    swallows: list[ProviderFailed] = field(default_factory=list)
    hides: int = 0
    made: dict[str, ProviderCall] = field(default_factory=dict)
    asked: list[OutgoingCall] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    redirected: list[tuple[str, Instruction]] = field(default_factory=list)
    recordings: dict[str, Recording] = field(default_factory=dict)
    audio: bytes = b""
    deleted: list[str] = field(default_factory=list)

    async def telephony_of(self, work: Work) -> Chosen[Any] | None:
        return Chosen(self, self.mode, "key-1", self.options) if self.is_there else None

    async def create_call(self, call: OutgoingCall) -> ProviderCall:
        self._ask("create_call")
        self.asked.append(call)
        made = ProviderCall(
            external_id=f"CA{uuid4().hex}",
            status="dialing",
            raw_status="queued",
            to=call.to,
            from_number=call.from_number,
        )
        self.made[made.external_id] = made
        if self.swallows:
            raise self.swallows.pop(0)
        return made

    async def call(self, external_id: str) -> ProviderCall | None:
        self._ask("call")
        return self.made.get(external_id)

    async def calls_to(self, phone: str, *, since: datetime, from_number: str | None = None) -> list[ProviderCall]:
        self._ask("calls_to")
        if self.hides:
            self.hides -= 1
            return []
        return [call for call in reversed(self.made.values()) if call.to == phone]

    async def end_call(self, external_id: str) -> ProviderCall | None:
        self._ask("end_call")
        return self.turn(external_id, status="completed", raw_status="completed")

    async def redirect(self, external_id: str, instruction: Instruction) -> ProviderCall:
        self.redirected.append((external_id, instruction))
        return self.made[external_id]

    async def dial_into(
        self, conference: Conference, *, to: str, from_number: str, status_url: str, ring_timeout_s: int = 30
    ) -> ProviderCall:
        raise NotThere("Nobody is there.")

    async def recordings_of(self, external_id: str) -> list[Recording]:
        return [one for one in self.recordings.values() if one.call_id == external_id]

    async def start_recording(self, external_id: str, recording_url: str) -> Recording:
        self._ask("start_recording")
        made = Recording(external_id=f"RE{uuid4().hex}", call_id=external_id, status="in-progress")
        self.recordings[made.external_id] = made
        return made

    async def stop_recording(self, external_id: str, recording_id: str) -> None:
        self.requests.append("stop_recording")

    async def recording(
        self,
        recording_id: str,
        *,
        format: Literal["mp3", "wav"] = "mp3",  # noqa: A002
    ) -> AsyncIterator[bytes]:
        self._ask("recording")
        if recording_id not in self.recordings:
            raise NotThere("gone")
        for start in range(0, len(self.audio), 4096):
            yield self.audio[start : start + 4096]

    async def delete_recording(self, recording_id: str) -> bool:
        self.deleted.append(recording_id)
        return self.recordings.pop(recording_id, None) is not None

    async def numbers(self) -> list[ProviderNumber]:
        return []

    async def answer_number(self, external_id: str, *, voice_url: str, status_url: str | None = None) -> ProviderNumber:
        raise NotThere("no such number")

    def turn(self, external_id: str, **members: Any) -> ProviderCall:
        """Has a call stand differently."""
        self.made[external_id] = msgspec.structs.replace(self.made[external_id], **members)
        return self.made[external_id]

    def _ask(self, operation: str) -> None:
        self.requests.append(operation)
        if planned := self.fails.get(operation):
            raise planned.pop(0)


def call_desk(gate: Any, plans: PlanLimits, files: Files) -> CallDesk:
    """What the routes of calls work with, every provider simulated."""
    registry = ProviderRegistry.of(PROVIDERS)
    access = ProviderAccess(
        registry,
        Sealer.of(b"k" * 32),
        Rehearsal(is_allowed=True, is_forced=False, providers=registry.simulated),
        simulators_url="http://callout.test/sandbox",
    )
    addresses = Addresses(base_url="http://callout.test", media_url="ws://callout.test")
    return CallDesk(gate=gate, quota=plans, access=access, files=files, addresses=addresses)


@dataclass
class Rules:
    """The gate, the pace of the account and nothing else: says what was arranged, remembers what it was asked."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    asked: list[DialQuestion] = field(default_factory=list)
    held: list[float] = field(default_factory=list)

    async def may_dial(self, work: Work, question: DialQuestion) -> Verdict:
        self.asked.append(question)
        return self.verdicts.get(question.moment, Verdict(allowed=True))

    async def slot(self, work: Work, key_id: str, calls_per_second: float) -> float:
        return 0

    async def hold(self, work: Work, key_id: str, seconds: float) -> None:
        self.held.append(seconds)
