"""What the use cases of agents, voices and numbers work with, put together once per process."""

from dataclasses import dataclass, field
from typing import Protocol

from callout.features.calling.ports import TelephonyAccess, VoiceAccess
from callout.features.calling.voices.stock import StockVoices
from callout.features.files.service import Files
from callout.kit.db.database import Database
from callout.kit.db.work import Work


class PlanLimits(Protocol):
    """How many agents, cloned voices and numbers a tenant's plan allows; raises `PaymentRequired`."""

    async def check(self, work: Work, metric: str) -> None:
        """Refuses when not even one more fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingDesk:
    """The means of the use cases."""

    database: Database
    files: Files
    plans: PlanLimits
    voices: VoiceAccess
    telephony: TelephonyAccess
    stock: StockVoices = field(default_factory=StockVoices)
