"""What calls need from the rooms beside them and from outside; the composition root hands it in."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol
from uuid import UUID

import msgspec

from callout.kit.db.work import Work


class DialQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A call somebody wants to make. `moment`: when it is asked for, or right before it is dialled."""

    phone: str
    agent_id: UUID
    contact_id: UUID | None = None
    campaign_id: UUID | None = None
    call_id: UUID | None = None
    moment: Literal["create", "dial"] = "dial"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a call may be made.

    Attributes:
        reason: a code of product specification §10.1 where it may not.
        retry_at: when it would be allowed; None where waiting does not help.
        detail: the reason in a sentence.
        decision_id: the audit row of this answer.
    """

    allowed: bool
    reason: str | None = None
    retry_at: datetime | None = None
    detail: str | None = None
    decision_id: UUID | None = None


class DialGate(Protocol):
    """The rules before every dial. Each answer leaves an audit row in the same transaction."""

    async def may_dial(self, work: Work, question: DialQuestion) -> Verdict:
        """Answers for this very moment."""


class DialPace(Protocol):
    """How fast an account of a provider may start calls, over all processes."""

    async def slot(self, work: Work, key_id: str, calls_per_second: float) -> float:
        """Takes the next place in the line of an account; seconds until it is due."""

    async def hold(self, work: Work, key_id: str, seconds: float) -> None:
        """Lets nobody start a call for a while, after the provider said that it is too much."""


class CallQuota(Protocol):
    """How many calls the plan allows."""

    async def check(self, work: Work, metric: str) -> None:
        """Refuses when not even one more fits. Raises PaymentRequired."""

    async def use(self, work: Work, metric: str, amount: int = 1) -> int:
        """Counts one. Raises PaymentRequired."""

    async def limit(self, work: Work, metric: str) -> int | None:
        """What the plan allows; None is unlimited. Raises PaymentRequired when the subscription has ended."""


class Requirements(Protocol):
    """Whether the providers a feature needs are configured."""

    async def require(self, work: Work, feature: str) -> Any:
        """Raises Forbidden `API_KEYS_REQUIRED` with the missing ones."""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A price to write to somebody.

    Attributes:
        phone: E.164.
        service: as people call it.
        price: in `currency`, from which the work starts; None where the catalogue has none.
    """

    phone: str
    service: str
    customer_name: str | None = None
    email: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    description: str | None = None
    language: str | None = None


class QuoteSender(Protocol):
    """Writes to a customer what work costs."""

    async def send_quote(self, work: Work, call_id: UUID, quote: Quote) -> bool:
        """Sends it once for a call; False when there is no way to reach the customer."""


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where providers reach us.

    Attributes:
        base_url: of the installation, without a slash at the end.
        media_url: of the media sockets, ws:// or wss://, without a slash at the end.
    """

    base_url: str
    media_url: str

    def hook(self, provider: str, tenant_token: str, kind: str, call_id: UUID | None = None) -> str:
        """The webhook address of one kind of report about a call."""
        address = f"{self.base_url}/api/shared/webhooks/{provider}/{tenant_token}/{kind}"
        return f"{address}?call={call_id}" if call_id else address

    def media(self, way: str, token: str | None = None) -> str:
        """The media socket of calls, with the token where it travels in the path; `way`: twilio, sandbox, web, sip."""
        address = f"{self.media_url}/media/{way}"
        return f"{address}/{token}" if token else address
