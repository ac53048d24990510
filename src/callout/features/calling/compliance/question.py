"""What the rules before a dial look at, and what they answer: plain data."""

from datetime import date, datetime
from typing import Literal

import msgspec

from callout.features.calling.compliance.profiles import Profile, Purpose
from callout.features.calling.compliance.windows import Week

Reason = Literal[
    "kill_switch",
    "tenant_inactive",
    "campaign_stopped",
    "no_credentials",
    "agent_not_ready",
    "voice_unlicensed",
    "disclosure_missing",
    "over_plan_limit",
    "invalid_number",
    "premium_number",
    "blocked_country",
    "suppressed",
    "consent_missing",
    "outside_window",
    "no_timezone",
    "attempts_exhausted",
    "recently_called",
    "duplicate",
    "abandonment",
]


class Callee(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of whom we call.

    Attributes:
        phone: E.164.
        fault: why the number is out of the question by itself.
        country: of the number, ISO 3166-1 alpha-2.
        state: of the number, two letters, where the area code of a number in the United States tells.
        zones: all the callee may be in.
        suppressed_by: the list that forbids calls: `list`, or the name of a registry.
        registry: a public do-not-call registry that has the number.
        basis: the ground in force.
        dialled: when this phone was dialled in the last 30 days, oldest first.
        is_own: one of the tenant's own numbers.
        is_on_call: a call with it is under way.
        other_campaign: another campaign under way has it.
    """

    phone: str
    fault: Literal["invalid_number", "premium_number"] | None = None
    country: str | None = None
    state: str | None = None
    zones: tuple[str, ...] = ()
    is_suppressed: bool = False
    registry: str | None = None
    basis: str | None = None
    dialled: tuple[datetime, ...] = ()
    is_own: bool = False
    is_on_call: bool = False
    other_campaign: bool = False


class AgentTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The agent that would call; `not_ready` are the reasons of `agents.readiness`."""

    not_ready: tuple[str, ...] = ()


class CampaignTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign adds. A call without one has the defaults.

    Attributes:
        is_stopped: paused, cancelled or over.
        purpose: marketing, or service messages about an order or inquiry of the callee's own.
        window: narrows the hours.
        ends_at: no call begins after this.
        is_other_mode: it was begun at a simulator and there is a real provider now, or the reverse.
    """

    is_stopped: bool = False
    purpose: Purpose = "marketing"
    window: Week | None = None
    ends_at: datetime | None = None
    is_other_mode: bool = False


class TenantTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The business that calls.

    Attributes:
        is_stopped: somebody pulled the kill switch.
        has_telephony: somebody carries its calls.
        is_sandbox: a simulator does; then consent is only warned of.
        calls_left: of the plan; None without a limit.
        window: of the tenant; None takes the profile's.
        consent_is_advice: the owner took consent upon itself, in writing.
        answered: calls of campaigns answered by people in the last 30 days; `abandoned` of them without speech in 2 s.
        abandonment_cap: share, 0..1.
    """

    is_active: bool = True
    is_stopped: bool = False
    has_telephony: bool = True
    is_sandbox: bool = False
    calls_left: int | None = None
    allowed_countries: frozenset[str] = frozenset()
    blocked_countries: frozenset[str] = frozenset()
    window: Week | None = None
    holidays: frozenset[date] = frozenset()
    consent_is_advice: bool = False
    max_per_day: int = 2
    max_per_30d: int = 6
    answered: int = 0
    abandoned: int = 0
    abandonment_cap: float = 0.03


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's answer.

    Attributes:
        name: of the rule.
        reason: why not; None where it is passed.
        detail: in plain words.
        retry_at: from when on this rule is passed, where time alone does it.
        is_advice: the rule failed but does not block.
    """

    name: str
    reason: Reason | None = None
    detail: str | None = None
    retry_at: datetime | None = None
    is_advice: bool = False

    @property
    def blocks(self) -> bool:
        """Whether it forbids the call."""
        return self.reason is not None and not self.is_advice


class Allow(msgspec.Struct, frozen=True, kw_only=True, tag="allow"):
    """The call may begin now."""

    checks: tuple[Check, ...]


class Deny(msgspec.Struct, frozen=True, kw_only=True, tag="deny"):
    """It may not; `retry_at` is the first moment at which it may, as far as one can tell; None if time is no help."""

    reason: Reason
    detail: str | None = None
    retry_at: datetime | None = None
    checks: tuple[Check, ...] = ()

    @property
    def skip_reason(self) -> Reason:
        """What forbids it beyond the hour of the day; the hour, where it is that alone."""
        blocking = [check.reason for check in self.checks if check.blocks and check.reason is not None]
        return next((reason for reason in blocking if reason != "outside_window"), self.reason)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the rules look at."""

    callee: Callee
    profile: Profile
    agent: AgentTerms
    campaign: CampaignTerms
    tenant: TenantTerms
    now: datetime

    @property
    def week(self) -> Week:
        """The hours in force."""
        return self.profile.window(self.tenant.window, self.campaign.window, self.callee.state)
