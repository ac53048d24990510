"""An agent written as a file, to be rehearsed without a database: in an editor, in CI."""

from __future__ import annotations

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from callout.features.calling.brain.brief import TOOLS, Brief, Passage
from callout.features.calling.brain.script import parse
from callout.features.conversations.model import CallContext, ServiceTerm
from callout.features.vendors.catalogue import SEEDS

SAMPLE = Path(__file__).parent / "data" / "agent.toml"
_CALLED = "+13055550100"
_REHEARSED = tuple(tool for tool in TOOLS if tool != "check_availability")


class AgentFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What such a file holds; names as in the agent's form.

    Attributes:
        script: in the form of `brain.script.parse`.
        services: codes of the standard catalogue; all of them when empty.
        knowledge: sentences of fact.
    """

    agent_name: str
    business_name: str
    disclosure_line: str
    welcome_message: str = ""
    system_prompt: str = ""
    conversation_style: str = "professional"
    language: str = "en"
    languages: tuple[str, ...] = ()
    script: str = ""
    services: tuple[str, ...] = ()
    prices: dict[str, Decimal] = {}
    knowledge: tuple[str, ...] = ()
    voicemail_action: str = "hang_up"
    voicemail_message: str | None = None
    transfer_phone: str | None = None
    live_order_creation: str = "emergency_only"
    timezone: str = "America/New_York"
    region: str = "US"
    currency: str = "USD"


def read_agent(path: Path, now: datetime) -> Brief:
    """The brief of a rehearsal with the agent of a file.

    Args:
        path: a TOML file.
        now: aware UTC, when the rehearsed calls begin.

    Raises:
        ValueError: the file is no such agent; the message says why.
        OSError: it cannot be read.
    """
    try:
        given = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), AgentFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise ValueError(f"{path}: {problem}") from problem
    unknown = set(given.services) - {seed.code for seed in SEEDS}
    if unknown:
        raise ValueError(f"{path}: unknown services {', '.join(sorted(unknown))}")
    seeds = [seed for seed in SEEDS if not given.services or seed.code in given.services]
    members: dict[str, Any] = {
        "call_id": "rehearsal",
        "agent_name": given.agent_name,
        "business_name": given.business_name,
        "disclosure_line": given.disclosure_line,
        "welcome_message": given.welcome_message,
        "system_prompt": given.system_prompt,
        "style": given.conversation_style,
        "language": given.language,
        "languages": given.languages,
        "script": parse(given.script),
        "prices": given.prices or {seed.code: seed.base_price for seed in seeds},
        "knowledge": tuple(Passage(text=text) for text in given.knowledge),
        "tools": _REHEARSED,
        "live_orders": given.live_order_creation,
        "voicemail_action": given.voicemail_action,
        "voicemail_message": given.voicemail_message,
        "transfer_phone": given.transfer_phone,
        "context": CallContext(
            called_number=_CALLED,
            started_at=now,
            timezone=given.timezone,
            region=given.region,
            currency=given.currency,
            tenant_name=given.business_name,
            agent_name=given.agent_name,
            services=tuple(ServiceTerm(seed.code, seed.code, seed.label, tuple(seed.synonyms)) for seed in seeds),
        ),
    }
    return Brief(**members)
