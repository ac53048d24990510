"""What an agent knows before a call begins. Plain frozen data that can be stored with the call."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from callout.features.calling.agents.variables import filled
from callout.features.calling.brain.script import Script
from callout.features.conversations.model import CallContext
from callout.features.triggers.model import Rule

TOOLS = (
    "check_availability",
    "create_order",
    "send_quote",
    "schedule_callback",
    "transfer",
    "end_call",
    "search_knowledge",
)
RecordingRule = Literal["none", "announce", "ask"]
LiveOrders = Literal["emergency_only", "always", "never"]


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of the agent's knowledge; `source` names where it stands."""

    text: str
    source: str = ""


class ScamPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What a suspicion leads to; thresholds are risks 0..1 (settings group scam)."""

    enabled: bool = True
    action: Literal["flag", "alert", "end_call"] = "flag"
    threshold: float = 0.6
    end_call_threshold: float = 0.9


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """Agent, business, the person called and the rules of the call.

    Attributes:
        call_id: makes the idempotency keys of the tools.
        disclosure_line, welcome_message: with variables such as `{agent_name}`; the first is never interruptible.
        system_prompt: the operator's wishes for a language model; it never outranks the hard rules.
        languages: ISO 639-1 codes the agent speaks, `language` first.
        context: the call as the analysis of conversations wants it: contact, services, zone, start.
        prices: base price by service code, in the context's currency.
        tools: those of `TOOLS` that the host can carry out.
        live_orders: the setting `triggers.live_order_creation`.
        number_source: where the number called came from, in words that follow "from".
        keys: what a pressed key means: opt_out or human.
        use_llm: whether the host can think; without, the script alone speaks.
        think_timeout_s: without a first word after this, the script speaks.
    """

    call_id: str
    agent_name: str
    business_name: str
    disclosure_line: str
    welcome_message: str = ""
    direction: Literal["outbound", "inbound"] = "outbound"
    system_prompt: str = ""
    style: Literal["professional", "casual", "friendly"] = "professional"
    language: str = "en"
    languages: tuple[str, ...] = ()
    variables: dict[str, str] = {}
    context: CallContext = CallContext()
    prices: dict[str, Decimal] = {}
    script: Script = Script()
    knowledge: tuple[Passage, ...] = ()
    tools: tuple[str, ...] = TOOLS
    rules: tuple[Rule, ...] = ()
    live_orders: LiveOrders = "emergency_only"
    max_slot_hints: int = 3
    scam: ScamPolicy = ScamPolicy()
    recording: RecordingRule = "none"
    silence_timeout_s: int = 10
    auto_end_on_silence: bool = True
    max_duration_s: int = 300
    voicemail_action: Literal["hang_up", "leave_message"] = "hang_up"
    voicemail_message: str | None = None
    allow_interruptions: bool = True
    transfer_phone: str | None = None
    number_source: str | None = None
    keys: dict[str, Literal["opt_out", "human"]] = msgspec.field(default_factory=lambda: {"9": "opt_out", "0": "human"})
    use_llm: bool = False
    think_timeout_s: float = 8.0

    def speaks(self, language: str) -> bool:
        """Whether the agent speaks a language; region tags do not matter."""
        return language[:2] in {self.language[:2], *(one[:2] for one in self.languages)}

    def fill(self, text: str) -> str:
        """The text with its variables filled in; unknown ones are left out."""
        contact = self.context.contact
        known = {
            "agent_name": self.agent_name,
            "business_name": self.business_name,
            "tenant_name": self.context.tenant_name or self.business_name,
            "contact_name": (contact.name if contact else None) or "",
            **self.variables,
        }
        return filled(" ".join(text.split()), known)

    @property
    def disclosure(self) -> str:
        """The sentence that says who is calling and that an AI speaks."""
        return self.fill(self.disclosure_line)
