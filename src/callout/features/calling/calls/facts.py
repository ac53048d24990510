"""What is reported about a call, and where that leaves it. Pure.

A call stands where all that was reported leaves it, whatever order the reports came in and however often: the state is
a function of the set of facts, never of their arrival. Twilio numbers its status callbacks per call (`SequenceNumber`)
and delivers them over parallel connections, so that order is not to be relied on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

Status = Literal[
    "pending", "dialing", "ringing", "in_progress", "completed", "failed", "no_answer", "busy", "cancelled"
]
Kind = Literal[
    "dialing", "ringing", "answered", "completed", "busy", "no_answer", "failed", "cancelled", "line", "ended", "price"
]
Line = Literal["human", "machine", "screening", "ivr", "fax", "unknown"]
Source = Literal["provider", "media", "platform"]
EndReason = Literal[
    "customer_hangup",
    "agent_hangup",
    "max_duration",
    "silence",
    "opt_out",
    "scam",
    "transferred",
    "operator",
    "provider_error",
    "abandoned",
]

LIVE: tuple[Status, ...] = ("dialing", "ringing", "in_progress")
TERMINAL: tuple[Status, ...] = ("completed", "failed", "no_answer", "busy", "cancelled")

_TRUST = {"provider": 2, "media": 1, "platform": 0}
_ENDS: dict[str, int] = {"cancelled": 0, "failed": 1, "no_answer": 2, "busy": 3, "ended": 4, "completed": 5}
"""Kinds that end a call; of several by the same source with the same number the higher one counts."""
_LINES: dict[str, int] = {"unknown": 0, "human": 1, "fax": 2, "machine": 3, "ivr": 4, "screening": 5}
"""Lines of one source; who looked closer is believed."""
_LINE_TRUST = {"media": 2, "provider": 1, "platform": 0}
"""Who answered is heard best by what listened to the words."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One report about a call.

    Attributes:
        kind: what happened. `line` tells who answered; `ended` that our own side of the audio is over.
        at: when, by the clock of the source.
        source: the telephony provider, the process that holds the audio, or the platform itself.
        sequence: the source's own number of the report.
        line: who answered.
        is_message_end: a machine's greeting is over, a message may be left.
        duration_s: answered to ended, where the source tells.
        end_reason: why the audio ended, from the media side or an operator.
        error_code: such as Twilio's 32009, or a reason of the gate.
        external_id: the provider's id of the call.
        cost: in `currency`, once the provider knows it.
    """

    kind: Kind
    at: datetime
    source: Source = "provider"
    sequence: int | None = None
    line: Line | None = None
    is_message_end: bool = False
    duration_s: int | None = None
    end_reason: EndReason | None = None
    error_code: str | None = None
    error_detail: str | None = None
    external_id: str | None = None
    cost: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> str:
        """Tells this report from others: the same one delivered twice has the same key."""
        if self.sequence is not None and self.source == "provider":
            return f"{self.source}:{self.kind}:{self.sequence}"
        digest = hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()
        return f"{self.source}:{self.kind}:{digest[:24]}"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a call stands by all that was reported."""

    status: Status = "pending"
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: int | None = None
    answered_by: Line | None = None
    end_reason: EndReason | None = None
    error_code: str | None = None
    error_detail: str | None = None
    external_id: str | None = None
    cost: Decimal | None = None
    currency: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self.status in TERMINAL


def standing_of(facts: Iterable[Fact]) -> Standing:
    """Where a call stands (product specification §5.3).

    A machine that answered makes a completed call `no_answer`. A call that was answered cannot end as busy, no_answer
    or cancelled: it is completed, or failed when its provider says so. The provider's word on how a call ended wins
    over the platform's own guess.
    """
    told = sorted(facts, key=msgspec.json.encode)
    known = sorted({fact.key: fact for fact in told}.values(), key=_order)
    end = max((fact for fact in known if _ends(fact)), key=_weight_of_end, default=None)
    answered_at = _answered_at(known, end)
    line = _line(known)
    status = _status(known, end, answered_at is not None, line)
    over = status in TERMINAL
    ended_at = end.at if end is not None and over else None
    problem = end if status in ("failed", "cancelled") else None
    cost = max((fact for fact in known if fact.cost is not None), key=_order, default=None)
    return Standing(
        status=status,
        ringing_at=min((fact.at for fact in known if fact.kind == "ringing"), default=None),
        answered_at=answered_at,
        ended_at=ended_at,
        duration_s=_duration(end, answered_at) if over else None,
        answered_by=line,
        end_reason=_end_reason(known, end) if over and answered_at is not None else None,
        error_code=problem.error_code if problem else None,
        error_detail=problem.error_detail if problem else None,
        external_id=next((fact.external_id for fact in known if fact.external_id), None),
        cost=cost.cost if cost else None,
        currency=cost.currency if cost else None,
    )


def _ends(fact: Fact) -> bool:
    """Whether a report ends the call; audio that was handed on to somebody else ends without it."""
    return fact.kind in _ENDS and not (fact.kind == "ended" and fact.end_reason == "transferred")


def _order(fact: Fact) -> tuple[int, int, datetime, str]:
    return (_TRUST[fact.source], -1 if fact.sequence is None else fact.sequence, fact.at, fact.key)


def _weight_of_end(fact: Fact) -> tuple[int, int, int, datetime, str]:
    is_final = 0 if fact.kind == "ended" else 1
    sequence = -1 if fact.sequence is None else fact.sequence
    return (_TRUST[fact.source] * 2 + is_final, sequence, _ENDS[fact.kind], fact.at, fact.key)


def _answered_at(known: list[Fact], end: Fact | None) -> datetime | None:
    """When it was answered: as reported, else counted back from a completed call's length."""
    told = [fact for fact in known if fact.kind == "answered"]
    if told:
        return min((fact for fact in told), key=lambda fact: (-_TRUST[fact.source], fact.at)).at
    if end is not None and end.kind == "completed" and end.duration_s:
        return end.at - timedelta(seconds=end.duration_s)
    return None


def _line(known: list[Fact]) -> Line | None:
    told = [fact for fact in known if fact.kind == "line" and fact.line is not None]
    best = max(
        told, key=lambda fact: (fact.line != "unknown", _LINE_TRUST[fact.source], _LINES[str(fact.line)]), default=None
    )
    return best.line if best else None


def _status(known: list[Fact], end: Fact | None, answered: bool, line: Line | None) -> Status:
    if end is None:
        if answered:
            return "in_progress"
        kinds = {fact.kind for fact in known}
        if "ringing" in kinds or "line" in kinds:
            return "ringing"
        return "dialing" if kinds else "pending"
    if end.kind == "failed":
        return "failed"
    if line == "machine":
        return "no_answer"
    if answered or end.kind == "completed":
        return "completed"
    if end.kind == "ended":
        return "cancelled" if end.end_reason == "operator" else "failed"
    return end.kind  # type: ignore[return-value]  # busy, no_answer, cancelled


def _duration(end: Fact | None, answered_at: datetime | None) -> int | None:
    if end is None or answered_at is None:
        return None
    if end.duration_s is not None:
        return end.duration_s
    return max(0, round((end.at - answered_at).total_seconds()))


def _end_reason(known: list[Fact], end: Fact | None) -> EndReason:
    """Why it ended: as our own side knows, else by who hung up."""
    told = [fact for fact in known if fact.end_reason is not None]
    if told:
        best = max(
            told, key=lambda fact: (fact.source != "platform", fact.end_reason != "customer_hangup", fact.at, fact.key)
        )
        assert best.end_reason is not None
        return best.end_reason
    return "provider_error" if end is not None and end.kind == "failed" else "customer_hangup"
